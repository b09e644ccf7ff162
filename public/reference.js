/** The API reference: all dialects behind one switch, everything from this server and nothing from elsewhere. */
const isLocal = ['localhost', '127.0.0.1'].includes(location.hostname);
const demoKey = '{{demoKey}}';

Scalar.createApiReference('#reference', {
  sources: JSON.parse('{{documents}}').map((source, index) => ({ ...source, default: index === 0 })),
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

/** The heading of the part of the dialog that an editor stands in: "Request Body", or "Body" of the answer. */
const headingOver = (editor) => editor.closest('section')?.querySelector('h2')?.textContent.trim();

/**
 * What screen readers need and Scalar leaves out or gets wrong. Scalar may draw an element anew, or give it other words:
 * so each of these may run any number of times.
 */
const repairs = [
  ['.endpoints:not([tabindex])', (list) => list.setAttribute('tabindex', '0')],
  [
    // An icon alone until the pointer is over it: then the language of the code, or "Copy". What it controls may be gone.
    '[class~="group/copy-button"]',
    (button) => {
      const language = button.textContent.match(/^(.*?)Cop(y|ied)/)?.[1] ?? '';
      button.setAttribute('aria-label', `Copy ${language}`.trim());
      if (!document.getElementById(button.getAttribute('aria-controls')))
        button.removeAttribute('aria-controls');
    },
  ],
  // The role forbids the name that the button has and needs.
  ['button[role=none]', (button) => button.removeAttribute('role')],
  [
    // Who steers by voice says what is written on a button.
    '.show-more[aria-label^="Show all"]',
    (button) => button.setAttribute('aria-label', `${button.textContent.trim()}: ${button.ariaLabel}`),
  ],
  [
    '.cm-content:not([aria-label])',
    (editor) => editor.setAttribute('aria-label', headingOver(editor) || 'Code'),
  ],
  // An editor that only shows takes no focus, and without it is not scrolled by keyboard.
  ['.cm-content[contenteditable=false]:not([tabindex])', (viewer) => viewer.setAttribute('tabindex', '0')],
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
// The whole body: menus and popovers are drawn outside of #reference.
new MutationObserver(repair).observe(document.body, { childList: true, subtree: true });
