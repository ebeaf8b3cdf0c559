"""Words of reviewers: pages of flags, answers, decisions, their effect before they are recorded, and their end."""
