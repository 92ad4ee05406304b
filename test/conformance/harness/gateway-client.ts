/** Requests over HTTP, and what of their answers two servers have to agree on. */
export interface GatewayRequest {
  readonly method?: string;
  readonly path: string;
  /** A text as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Errors are compared by their number, and not by their words. */
  readonly isWordless?: boolean;
  /** Of an answer that does not end: this many lines of it. */
  readonly linesMax?: number;
}

export interface GatewayAnswer {
  readonly status: number;
  readonly body: unknown;
}

export async function gatewayAnswers(
  address: string,
  requests: readonly GatewayRequest[],
): Promise<readonly GatewayAnswer[]> {
  const answers: GatewayAnswer[] = [];
  for (const request of requests) answers.push(await answerTo(address, request));
  return answers;
}

async function answerTo(address: string, request: GatewayRequest): Promise<GatewayAnswer> {
  const { method = 'POST', path, body, headers = {}, isWordless = false, linesMax = Infinity } = request;
  const leaving = new AbortController();
  const answer = await fetch(`http://${address}${path}`, {
    method,
    headers,
    signal: leaving.signal,
    redirect: 'manual',
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const lines = await linesOf(answer, linesMax);
  leaving.abort();
  return { status: answer.status, body: lines.map((line) => comparable(line, isWordless)) };
}

async function linesOf(answer: Response, linesMax: number): Promise<readonly string[]> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of answer.body ?? []) {
    text += decoder.decode(bytes as Uint8Array, { stream: true });
    const lines = text.split('\n');
    if (lines.length > linesMax) return lines.slice(0, linesMax);
  }
  return text.split('\n');
}

export function comparable(line: string, isWordless: boolean): unknown {
  try {
    return plain(JSON.parse(line), isWordless);
  } catch {
    return line;
  }
}

const ownOfEach = new Set(['cluster_id', 'member_id', 'raft_term']);

/** Without what each server has of its own. An error is its number and its words, in whichever shape. */
function plain(value: unknown, isWordless: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => plain(each, isWordless));
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  const error = errorOf(fields);
  if (error !== undefined) return isWordless ? { code: error.code } : error;
  const kept = Object.entries(fields).filter(([name]) => !ownOfEach.has(name));
  return Object.fromEntries(kept.map(([name, each]) => [name, plain(each, isWordless)]));
}

function errorOf(fields: Readonly<Record<string, unknown>>): { code: unknown; message: unknown } | undefined {
  const inStream = fields['error'];
  const {
    code,
    message,
    grpc_code: number,
  } = (typeof inStream === 'object' && inStream !== null ? inStream : fields) as {
    readonly code?: unknown;
    readonly message?: unknown;
    readonly grpc_code?: unknown;
  };
  if (message === undefined) return undefined;
  return { code: code ?? number, message };
}
