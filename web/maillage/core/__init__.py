"""What every capability stands on: errors, audit, outbox, security context, ui parts."""
