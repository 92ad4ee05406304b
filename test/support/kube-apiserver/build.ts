/** `npm run kube-apiserver`: builds Kubernetes' API server for the tests that run it, and says how that went. */
import { buildPrograms, forgetFailure } from '../go-programs/go-programs.ts';
import { kubernetesModule, kubernetesPlace } from './kube-apiserver.ts';

await forgetFailure(kubernetesModule, kubernetesPlace);
const built = await buildPrograms(kubernetesModule, kubernetesPlace);
console.log(built.tools === undefined ? built.absence : `kube-apiserver ${built.tools.version}: there`);
process.exitCode = built.tools === undefined ? 1 : 0;
