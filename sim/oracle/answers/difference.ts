import type { OkCall } from '../calls.ts';
import { differenceOf } from '../compare.ts';
import type { DataRequest, DataResponse, View } from '../evaluate.ts';
import { rangeAt, type Model } from '../model.ts';

/** Between what the call was answered and what is due, seen from there. */
export function differ(
  model: Model,
  request: DataRequest,
  call: OkCall,
  due: DataResponse,
  view: View,
): string | undefined {
  return differenceOf(request, call.outcome.response as DataResponse, due, (range) => {
    const asked = range.revision ?? 0;
    return rangeAt(model, range, asked > 0 ? asked : view.revision);
  });
}
