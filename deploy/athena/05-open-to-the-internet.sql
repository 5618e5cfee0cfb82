-- What is critical or high and can be reached from the internet today: the list to act on.
SELECT DISTINCT
  severity,
  account,
  ou,
  region,
  load_balancer.name AS load_balancer,
  load_balancer.arn AS arn,
  subject.label AS subject,
  "check",
  title,
  fix
FROM elb_audit_findings
WHERE "date" = date_format(current_date, '%Y-%m-%d')
  AND outcome = 'fail'
  AND exposure = 'internet'
  AND severity IN ('critical', 'high')
  AND accepted IS NULL
  AND NOT informs
ORDER BY severity, account, region, arn, "check"
