/**
 * The S3 endpoint for tests as a process of its own:
 *
 *   node test/support/s3-front/main.ts [--port N] [--control-port N] [--dir PATH] [--bucket NAME] [--seed N]
 *
 * Prints one line of JSON when it is ready ({"endpoint", "control", "bucket", "url", "environment"}), and ends at
 * SIGTERM or SIGINT. With --dir the objects are kept there; without, in a temporary folder that goes with it.
 */
import { parseArgs } from 'node:util';
import { startS3, type StartS3Options } from '../s3.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'control-port': { type: 'string', default: '0' },
    dir: { type: 'string' },
    bucket: { type: 'string', default: 't4-test' },
    seed: { type: 'string', default: '1' },
  },
});

const options: StartS3Options = {
  port: Number(values.port),
  controlPort: Number(values['control-port']),
  bucket: values.bucket,
  seed: Number(values.seed),
  ...(values.dir === undefined ? {} : { directory: values.dir }),
};

const s3 = await startS3(options);
const { endpoint, control, bucket, environment } = s3;
process.stdout.write(`${JSON.stringify({ endpoint, control, bucket, url: s3.url(), environment })}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void s3.close().then(() => process.exit(0)));
}
