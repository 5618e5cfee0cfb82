-- The findings of every scan of the organization, one a line, as the state machine of organization.yaml
-- leaves them. Put the report bucket (output ReportBucketName) in the place of REPORT-BUCKET, twice.
--
-- Partitions are projected: there is nothing to add when a day passes. The range begins before the first
-- scan could have been. `evidence` and `bindings` have other fields for every check and are read with
-- json_extract.
CREATE EXTERNAL TABLE IF NOT EXISTS elb_audit_findings (
  `check` string COMMENT 'id of the check',
  `title` string COMMENT 'the fault in a few words',
  `outcome` string COMMENT 'fail, unknown, note or pass',
  `severity` string COMMENT 'critical, high, medium, low or info',
  `exposure` string COMMENT 'internet, restricted, internal, blocked or unknown',
  `account` string COMMENT 'twelve digits',
  `region` string COMMENT 'global for what has none',
  `ou` string COMMENT 'the organizational unit of the account',
  `load_balancer` struct<arn:string,name:string,kind:string> COMMENT 'null for what belongs to none',
  `subject` struct<kind:string,id:string,label:string> COMMENT 'what of it is meant',
  `evidence` string COMMENT 'the fields that decided, as JSON',
  `fix` string COMMENT 'one line that fixes it, or how to get an answer',
  `fingerprint` string COMMENT 'the same from scan to scan',
  `configuration` string COMMENT 'changes when what was found changes',
  `cause` struct<verb:string,resource:string,id:string,label:string,`to`:string> COMMENT 'what to change; null for what is no fault',
  `bindings` string COMMENT 'what the placeholders of the remedy stand for, as JSON',
  `accepted` struct<reason:string,owner:string,expires:string> COMMENT 'who lives with it; null for nobody',
  `informs` boolean COMMENT 'whether it only informs',
  `edition` string COMMENT 'the edition that the check came with',
  `change` struct<kind:string,first_seen_at:string,why:string> COMMENT 'what has become of it; null for what is no fault'
)
PARTITIONED BY (`date` string COMMENT 'the day of the scan, in UTC')
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('ignore.malformed.json' = 'false')
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://REPORT-BUCKET/findings/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.date.type' = 'date',
  'projection.date.format' = 'yyyy-MM-dd',
  'projection.date.range' = '2026-01-01,NOW',
  'projection.date.interval' = '1',
  'projection.date.interval.unit' = 'DAYS',
  'storage.location.template' = 's3://REPORT-BUCKET/findings/date=${date}/'
)
