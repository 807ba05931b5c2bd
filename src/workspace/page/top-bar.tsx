import type { JSX } from 'preact';
import type { PersonView } from '../protocol';
import { Avatar, UsherMark } from './avatar';
import { Icon } from './icon';
import { nameOf } from './person-look';

interface TopBarProps {
  me: PersonView;
  appName: string;
  teamName: string;
  isDrawerOpen: boolean;
  onDrawer(): void;
  onChoose(): void;
}

/** Name of the place at the left, who one is at the right. */
export function TopBar(props: TopBarProps): JSX.Element {
  return (
    <header class="top-bar">
      <button
        type="button"
        class="top-bar-menu icon-button"
        aria-label="Channels and mail"
        aria-expanded={props.isDrawerOpen}
        aria-controls="sidebar"
        onClick={props.onDrawer}
      >
        <Icon name="menu" />
      </button>
      <h1 class="brand">
        <UsherMark />
        <span class="brand-name">{props.appName}</span>
        <span class="brand-rest"> · local workspace</span>
        {props.teamName !== '' && <span class="brand-team">{props.teamName}</span>}
      </h1>
      <button
        type="button"
        class="me"
        aria-label={`You are ${nameOf(props.me)}. Change person`}
        onClick={props.onChoose}
      >
        <Avatar person={props.me} size="small" />
        <span class="me-name ellipsis">{nameOf(props.me)}</span>
        <Icon name="swap" />
      </button>
    </header>
  );
}
