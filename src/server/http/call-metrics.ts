import type { CallCounts, MethodCalls } from '../call-counts.ts';
import type { AddLabeled } from './metric.ts';

/** Calls of clients, by gRPC's names whatever they came over, and the bytes of their messages by etcd's. */
export function callMetrics(counters: AddLabeled, calls: CallCounts): void {
  const perMethod = (name: string, help: string, value: (method: MethodCalls) => number) =>
    counters(name, help, [...labelNames], () =>
      calls
        .all()
        .filter(({ started }) => started > 0)
        .map((method) => [labelsOf(method), value(method)]),
    );
  perMethod('grpc_server_started_total', 'Calls of clients that have begun.', ({ started }) => started);
  perMethod('grpc_server_msg_received_total', 'Messages of clients.', ({ messagesReceived }) => messagesReceived);
  perMethod('grpc_server_msg_sent_total', 'Messages to clients.', ({ messagesSent }) => messagesSent);
  counters(
    'grpc_server_handled_total',
    'Calls of clients that have ended.',
    [...labelNames, 'grpc_code'],
    function* () {
      for (const method of calls.all()) {
        for (const [code, count] of method.ended) yield [{ ...labelsOf(method), grpc_code: code }, count];
      }
    },
  );
  const sumOf = (value: (method: MethodCalls) => number): number =>
    calls.all().reduce((sum, method) => sum + value(method), 0);
  counters('etcd_network_client_grpc_received_bytes_total', 'Bytes of messages of clients.', [], () => [
    [{}, sumOf(({ bytesReceived }) => bytesReceived)],
  ]);
  counters('etcd_network_client_grpc_sent_bytes_total', 'Bytes of messages to clients.', [], () => [
    [{}, sumOf(({ bytesSent }) => bytesSent)],
  ]);
}

const labelNames = ['grpc_service', 'grpc_method', 'grpc_type'] as const;

function labelsOf({ service, method, type }: MethodCalls): Record<(typeof labelNames)[number], string> {
  return { grpc_service: service, grpc_method: method, grpc_type: type };
}
