/** Light, dark, or as the system has it; kept in this browser. */
import type { ReactNode } from 'react';
import { ActionIcon, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';

const NEXT: Readonly<Record<MantineColorScheme, MantineColorScheme>> = { auto: 'light', light: 'dark', dark: 'auto' };
const ICONS = { auto: IconDeviceDesktop, light: IconSun, dark: IconMoon } as const;
const WORDS: Readonly<Record<MantineColorScheme, string>> = { auto: 'as the system', light: 'light', dark: 'dark' };

/** One button that goes around. */
export function ColourSwitch(): ReactNode {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Icon = ICONS[colorScheme];
  const label = `Colours: ${WORDS[colorScheme]}. Change to ${WORDS[NEXT[colorScheme]]}`;
  return (
    <ActionIcon variant="subtle" onClick={() => setColorScheme(NEXT[colorScheme])} aria-label={label} title={label}>
      <Icon size={17} stroke={1.6} aria-hidden="true" />
    </ActionIcon>
  );
}
