"""Makes a contract ready to be a template: what a finding's remedy says, done in the file.

Only what has one meaning is done. The rest stays a finding for a person.
"""
