import type { GatewayReply, GatewayRequest } from '../functions/api/gateway.ts'
import { mustAllow } from '../functions/api/must-allow.ts'
import type { PrometheusMetrics } from './prometheus.ts'

/** `GET /metrics`: for Prometheus, with a token that may read. */
export function metricsHandler(metrics: PrometheusMetrics) {
  return async (request: GatewayRequest): Promise<GatewayReply> => {
    mustAllow('read', request)
    return {
      statusCode: 200,
      headers: { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' },
      body: await metrics.text(),
    }
  }
}
