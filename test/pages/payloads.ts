/**
 * Two hundred texts that would rather be scripts: twenty ways to run one, each in ten wrappings that break out of where
 * text usually stands. Every one tells its number to `ran` when it runs, and marks each element that it makes.
 */

type Vector = (run: string) => string;

const MARK = 'data-payload';

const VECTORS: readonly Vector[] = [
  (run) => `<script ${MARK}>${run}</script>`,
  (run) => `<ScRiPt ${MARK}>${run}</sCrIpT >`,
  (run) => `<img ${MARK} src=x onerror="${run}">`,
  (run) => `<img/${MARK}/src='x'/onerror=${run}>`,
  (run) => `<svg ${MARK} onload="${run}"></svg>`,
  (run) => `<svg ${MARK}><script>${run}</script></svg>`,
  (run) => `<svg ${MARK}><animate onbegin="${run}" attributeName=x dur=1s></svg>`,
  (run) => `<iframe ${MARK} srcdoc="&lt;script&gt;parent.${run}&lt;/script&gt;"></iframe>`,
  (run) => `<iframe ${MARK} src="javascript:parent.${run}"></iframe>`,
  (run) => `<details ${MARK} open ontoggle="${run}"><summary>x</summary></details>`,
  (run) => `<input ${MARK} autofocus onfocus="${run}">`,
  (run) => `<video ${MARK} autoplay onerror="${run}"><source src=x></video>`,
  (run) => `<object ${MARK} data="data:text/html,<script>parent.${run}</script>"></object>`,
  (run) => `<embed ${MARK} src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='${run}'/>">`,
  (run) => `<a ${MARK} href="javascript:${run}" autofocus onfocus="${run}">x</a>`,
  (run) =>
    `<math ${MARK}><mtext><table><mglyph><style><img src=x onerror="${run}"></style></mglyph></table></mtext></math>`,
  (run) => `<template ${MARK} shadowrootmode=open><img src=x onerror="${run}"></template>`,
  (run) => `<style ${MARK} onload="${run}"></style>`,
  (run) => `<base ${MARK} href="javascript:${run}//"><script src="x"></script>`,
  (run) => `javascript:${run}`,
];

const WRAPPINGS: readonly ((vector: string, run: string) => string)[] = [
  (vector) => vector,
  (vector) => `">${vector}`,
  (vector) => `'>${vector}`,
  (vector) => `</title></textarea></style></script>${vector}`,
  (vector) => `--><![CDATA[x]]>${vector}`,
  (vector, run) => `" onmouseover="${run}" autofocus onfocus="${run}" x="${vector}`,
  (vector, run) => `';${run}//\\';${run}//";${run}//${vector}`,
  (vector, run) => `\${${run}}{{constructor.constructor('${run}')()}}<%= ${run} %>${vector}`,
  (vector) => `\u202e\u0000\u2028${vector}`,
  (vector) => `${vector}&#60;img src=x onerror=ran.push(0)&#62;&lt;script&gt;ran.push(0)&lt;/script&gt;`,
];

/** All of them. */
export const PAYLOADS: readonly string[] = VECTORS.flatMap((vector, row) =>
  WRAPPINGS.map((wrap, column) => {
    const run = `ran.push(${row * WRAPPINGS.length + column})`;
    return wrap(vector(run), run);
  }),
);

/** What must not be there once they were shown: an element that one of them made, or an address that runs one. */
export const TRACES = [
  `[${MARK}]`,
  'a[href^="javascript:" i]',
  '[src^="javascript:" i]',
  '[srcdoc]',
  'iframe',
  'object',
  'embed',
  'base',
].join(', ');
