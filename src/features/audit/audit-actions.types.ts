/** Everything that the audit trail tells of: the subject, a dot, what happened. Each has its words in history. */
export type AuditAction =
  | `user.${UserAction}`
  | 'users.exported'
  | 'session.ended'
  | `token.${'made' | 'revoked'}`
  | `import.${'confirmed_first' | 'confirmed' | 'cancelled' | 'paused' | 'continued' | 'stopped' | 'finished'}`
  | 'licence.changed'
  | 'settings.changed'
  | `profile.${'created' | 'changed' | 'archived'}`
  | `group.${'created' | 'changed' | 'deleted'}`
  | `project.${'created' | 'renamed' | 'archived' | 'restored'}`
  | `approval.${ApprovalAction}`;

type UserAction =
  | 'invited'
  | 'added'
  | 'invited_again'
  | 'invitation_resent'
  | 'invitation_expired'
  | 'reminded'
  | 'activated'
  | 'disabled'
  | 'made_admin'
  | 'updated'
  | 'edited'
  | 'imported'
  | 'auth_switched'
  | 'access_changed'
  | 'projects_added'
  | 'groups_changed'
  | 'profile_replaced'
  | 'password_set'
  | 'password_reset_sent'
  | 'slack_linked_again'
  | 'took_over'
  | 'deleted'
  | 'change_undone'
  | `offboarding_${'asked' | 'planned' | 'changed' | 'called_off' | 'failed'}`;

type ApprovalAction =
  | 'requested'
  | 'approved'
  | 'done'
  | 'failed'
  | 'refused'
  | 'called_off'
  | 'expired'
  | 'void'
  | 'phrase_typed';
