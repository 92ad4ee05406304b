export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** Where else to ask. */
  readonly location?: string;
}

export type HttpRoute = (target: Pick<URL, 'searchParams'>) => HttpAnswer | Promise<HttpAnswer>;

export const textType = 'text/plain; charset=utf-8';
export const jsonType = 'application/json';
