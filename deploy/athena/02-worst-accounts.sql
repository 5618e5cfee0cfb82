-- Accounts by the worst that is open today. A finding counts once however often the day was scanned, and
-- not when someone has accepted it.
SELECT
  account,
  arbitrary(ou) AS ou,
  count(DISTINCT CASE WHEN severity = 'critical' THEN fingerprint END) AS critical,
  count(DISTINCT CASE WHEN severity = 'high' THEN fingerprint END) AS high,
  count(DISTINCT CASE WHEN severity = 'medium' THEN fingerprint END) AS medium,
  count(DISTINCT CASE WHEN severity = 'low' THEN fingerprint END) AS low
FROM elb_audit_findings
WHERE "date" = date_format(current_date, '%Y-%m-%d')
  AND outcome = 'fail'
  AND accepted IS NULL
  AND NOT informs
GROUP BY account
ORDER BY critical DESC, high DESC, medium DESC, low DESC, account
LIMIT 100
