/** The API reference: both dialects behind one switch, everything from this server and nothing from elsewhere. */
const isLocal = ['localhost', '127.0.0.1'].includes(location.hostname);
const demoKey = '{{demoKey}}';

Scalar.createApiReference('#reference', {
  sources: [
    { title: 'Ingest dialect', slug: 'ingest', url: '/api/v1/ingest/openapi.json', default: true },
    { title: 'Agent dialect', slug: 'agent', url: '/api/public/v1/openapi.json' },
    { title: 'Everything', slug: 'everything', url: '/openapi.json' },
  ],
  servers: [{ url: location.origin }],
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

/** What screen readers need and Scalar leaves out: names for buttons that show an icon alone and for its one-line editors, a way to scroll by keyboard. */
const repairs = [
  ['.endpoints:not([tabindex])', (list) => list.setAttribute('tabindex', '0')],
  [
    'button[aria-controls]:not([aria-label])',
    (button) => button.setAttribute('aria-label', button.textContent.trim() || 'Copy'),
  ],
  [
    '.code-input-lite__editor:not([aria-label])',
    (editor) => editor.setAttribute('aria-label', editor.dataset.placeholder || 'Value'),
  ],
  [
    '.code-input-lite__editor[role=combobox]:not([aria-expanded])',
    (editor) => editor.setAttribute('aria-expanded', 'false'),
  ],
  [
    '.code-input-lite__editor[role=combobox]:not([aria-controls])',
    (editor) => editor.setAttribute('aria-controls', 'reference'),
  ],
];
const repair = () => {
  for (const [selector, mend] of repairs)
    for (const element of document.querySelectorAll(selector)) mend(element);
};
new MutationObserver(repair).observe(document.getElementById('reference'), {
  childList: true,
  subtree: true,
});
