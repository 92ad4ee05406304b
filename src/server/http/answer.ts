export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export type HttpRoute = (url: URL) => HttpAnswer | Promise<HttpAnswer>;

export const textType = 'text/plain; charset=utf-8';
export const jsonType = 'application/json';
