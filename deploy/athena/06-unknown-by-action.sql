-- What could not be judged today, by the IAM action that would have answered, and in how many accounts it
-- is missing: what to allow first.
SELECT
  json_extract_scalar(evidence, '$.action') AS action,
  arbitrary(json_extract_scalar(evidence, '$.reason')) AS reason,
  count(DISTINCT account) AS accounts,
  count(DISTINCT fingerprint) AS verdicts,
  array_join(slice(array_sort(array_agg(DISTINCT account)), 1, 10), ', ') AS some_accounts
FROM elb_audit_findings
WHERE "date" = date_format(current_date, '%Y-%m-%d')
  AND outcome = 'unknown'
GROUP BY json_extract_scalar(evidence, '$.action')
ORDER BY accounts DESC, verdicts DESC
