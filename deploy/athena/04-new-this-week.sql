-- Faults first seen in the last seven days, out of the last ninety.
WITH seen AS (
  SELECT
    fingerprint,
    min("date") AS since,
    max("date") AS until,
    max_by(account, "date") AS account,
    max_by(region, "date") AS region,
    max_by(load_balancer.name, "date") AS load_balancer,
    max_by(subject.label, "date") AS subject,
    max_by("check", "date") AS "check",
    max_by(severity, "date") AS severity,
    max_by(fix, "date") AS fix
  FROM elb_audit_findings
  WHERE "date" >= date_format(current_date - INTERVAL '90' DAY, '%Y-%m-%d')
    AND outcome = 'fail'
    AND accepted IS NULL
    AND NOT informs
  GROUP BY fingerprint
)
SELECT since, severity, "check", account, region, load_balancer, subject, fix, until AS last_seen
FROM seen
WHERE since >= date_format(current_date - INTERVAL '7' DAY, '%Y-%m-%d')
ORDER BY
  since DESC,
  CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END,
  "check",
  account
