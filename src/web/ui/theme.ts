/** Mantine in our hands: system fonts, small radii, neutral buttons. Colours stand in theme.css, and only there. */
import { createTheme, defaultVariantColorsResolver, type CSSVariablesResolver } from '@mantine/core';

export const theme = createTheme({
  fontFamily: 'var(--font-text)',
  fontFamilyMonospace: 'var(--font-mono)',
  primaryColor: 'gray',
  primaryShade: { light: 8, dark: 2 },
  autoContrast: true,
  // Its own contrast is worked out for one scheme and white on white in the other.
  variantColorResolver: (input) =>
    input.variant === 'filled' && (input.color ?? 'gray') === 'gray'
      ? { background: 'var(--ink)', hover: 'var(--ink-dim)', color: 'var(--surface)', border: 'none' }
      : defaultVariantColorsResolver(input),
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: { fontFamily: 'var(--font-text)', fontWeight: '600' },
});

/** Mantine's own names for surfaces and text, from ours. */
export const variables: CSSVariablesResolver = () => {
  const ours = {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-bright': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-dim)',
    '--mantine-color-placeholder': 'var(--ink-dim)',
    '--mantine-color-anchor': 'var(--link)',
    '--mantine-color-default': 'var(--surface-raised)',
    '--mantine-color-default-hover': 'var(--surface-sunken)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-error': 'var(--state-failed-ink)',
  };
  return { variables: {}, light: ours, dark: ours };
};
