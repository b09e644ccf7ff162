/** The API reference: both dialects behind one switch, everything from this server and nothing from elsewhere. */
const isLocal = ['localhost', '127.0.0.1'].includes(location.hostname);
const demoKey = '{{demoKey}}';

Scalar.createApiReference('#reference', {
  sources: [
    { title: 'Ingest dialect', slug: 'ingest', url: '/api/v1/ingest/openapi.json', default: true },
    { title: 'Agent dialect', slug: 'agent', url: '/api/public/v1/openapi.json' },
    { title: 'Everything', slug: 'everything', url: '/openapi.json' },
  ],
  baseServerURL: location.origin,
  theme: 'default',
  layout: 'modern',
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
  documentDownloadType: 'direct',
  persistAuth: false,
  // The demo key is good on a developer's machine alone, where it is in the source anyway.
  ...(isLocal && {
    authentication: {
      preferredSecurityScheme: 'apiKey',
      securitySchemes: { apiKey: { value: demoKey }, bearer: { token: demoKey } },
    },
  }),
});
