-- What to fix first: checks by the number of places where they fail today, and one fix for each.
SELECT
  "check",
  severity,
  arbitrary(title) AS title,
  count(DISTINCT fingerprint) AS places,
  count(DISTINCT account) AS accounts,
  arbitrary(fix) AS fix
FROM elb_audit_findings
WHERE "date" = date_format(current_date, '%Y-%m-%d')
  AND outcome = 'fail'
  AND accepted IS NULL
  AND NOT informs
GROUP BY "check", severity
ORDER BY
  CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END,
  places DESC,
  "check"
