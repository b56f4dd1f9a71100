echo {{ manufacturer|default('') ~ ' ' ~ mac }}
