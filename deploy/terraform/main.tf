# elb-audit watches the load balancers of one account, or of a few: a function on a schedule that alerts on
# what has changed. It makes what deploy/template.yaml makes.

data "aws_caller_identity" "here" {}

data "aws_partition" "here" {}

data "aws_region" "here" {}

locals {
  account   = data.aws_caller_identity.here.account_id
  partition = data.aws_partition.here.partition
  region    = data.aws_region.here.region
  name      = "elb-audit-${var.environment}"

  destinations = concat(
    ["sns:${aws_sns_topic.alerts.arn}", "s3://${aws_s3_bucket.reports.bucket}/reports"],
    var.security_hub ? ["securityhub"] : [],
    var.event_bus_arn == null ? [] : ["eventbridge:${var.event_bus_arn}"],
    [for place, name in local.parameters : "${place}:ssm:${name}"],
    [for place, arn in local.secrets : "${place}:secret:${arn}"],
    var.more_destinations,
  )

  # Where the addresses of webhooks are kept, by destination. What is null is not there.
  parameters = { for place, name in { slack = var.slack_parameter, webhook = var.webhook_parameter } : place => name if name != null }
  secrets    = { for place, arn in { slack = var.slack_secret_arn, webhook = var.webhook_secret_arn } : place => arn if arn != null }

  # What is null is not set.
  variables = {
    ENVIRONMENT                   = var.environment
    SCAN_ALL_REGIONS              = tostring(var.scan_all_regions)
    MAX_WORKERS                   = var.max_workers == null ? null : tostring(var.max_workers)
    ELB_AUDIT_PERSONA             = var.persona
    ELB_AUDIT_STATE               = "s3://${aws_s3_bucket.reports.bucket}/state/report.json"
    ELB_AUDIT_NOTIFY              = join(",", local.destinations)
    ELB_AUDIT_NOTIFY_ON           = var.notify_on
    ELB_AUDIT_NOTIFY_MIN_SEVERITY = var.notify_min_severity
    ELB_AUDIT_HEARTBEAT           = tostring(var.heartbeat)
    ELB_AUDIT_ROLE_ARN            = length(var.role_arns) == 0 ? null : join(",", var.role_arns)
    ELB_AUDIT_ORGANIZATION        = var.organization ? "true" : null
    ELB_AUDIT_ROLE_NAME           = var.organization ? var.role_name : null
    ELB_AUDIT_EXTERNAL_ID         = var.external_id
  }
}

resource "aws_lambda_function" "scan" {
  function_name                  = local.name
  description                    = "Audits load balancers and tells what has changed."
  runtime                        = "provided.al2023"
  architectures                  = [var.architecture]
  handler                        = "bootstrap"
  filename                       = var.package
  source_code_hash               = filebase64sha256(var.package)
  role                           = aws_iam_role.function.arn
  memory_size                    = var.memory_size
  timeout                        = var.timeout
  reserved_concurrent_executions = var.reserved_concurrency
  tags                           = var.tags

  logging_config {
    log_group  = aws_cloudwatch_log_group.function.name
    log_format = "JSON"
  }

  environment {
    variables = { for name, value in local.variables : name => value if value != null }
  }

  # Without them its first run would neither read nor log.
  depends_on = [aws_iam_role_policy.read, aws_iam_role_policy.write]
}

# The schedule calls and does not wait. A run that breaks is repeated twice; then the event, and why, is in
# the queue.
resource "aws_lambda_function_event_invoke_config" "scan" {
  function_name                = aws_lambda_function.scan.function_name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 3600

  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead_letters.arn
    }
  }
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${local.name}"
  retention_in_days = var.log_days
  tags              = var.tags
}

data "aws_iam_policy_document" "trust_lambda" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "function" {
  # Named, so that roles of other accounts can trust it before it is there.
  name                 = "${local.name}-${local.region}"
  description          = "Reads load balancers and writes what elb-audit found."
  assume_role_policy   = data.aws_iam_policy_document.trust_lambda.json
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}

# What `elb-audit permissions --persona auditor` prints.
resource "aws_iam_role_policy" "read" {
  name   = "read"
  role   = aws_iam_role.function.id
  policy = file("${path.module}/permissions.json")
}

resource "aws_iam_role_policy" "write" {
  name   = "write"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.write.json
}

data "aws_iam_policy_document" "write" {
  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function.arn}:*"]
  }

  statement {
    sid       = "Reports"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.reports.arn}/reports/*", "${aws_s3_bucket.reports.arn}/state/*"]
  }

  # With it, AWS says of a state that is not there yet that it is not there, not that it is forbidden.
  # On no condition: asking for an object names no prefix.
  statement {
    sid       = "ReportsThatAreNotThere"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.reports.arn]
  }

  statement {
    sid       = "Alert"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]
  }

  statement {
    sid       = "DeadLetters"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.dead_letters.arn]
  }

  dynamic "statement" {
    for_each = aws_kms_key.topic

    content {
      sid       = "TopicKey"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value.arn]
    }
  }

  dynamic "statement" {
    for_each = length(local.parameters) + length(local.secrets) == 0 ? [] : [1]

    content {
      sid     = "Addresses"
      actions = ["secretsmanager:GetSecretValue", "ssm:GetParameter"]
      resources = concat(
        [for name in values(local.parameters) : "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${name}"],
        [for arn in values(local.secrets) : split("#", arn)[0]],
      )
    }
  }

  # For what keeps the addresses, and for nothing else.
  dynamic "statement" {
    for_each = var.address_key_arn == null ? [] : [var.address_key_arn]

    content {
      sid       = "AddressKey"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringLike"
        variable = "kms:ViaService"
        values   = [for service in ["secretsmanager", "ssm"] : "${service}.*.${data.aws_partition.here.dns_suffix}"]
      }
    }
  }

  # In every region of this account; a finding of another account is imported by the role there.
  dynamic "statement" {
    for_each = var.security_hub ? [1] : []

    content {
      sid       = "SecurityHub"
      actions   = ["securityhub:BatchImportFindings"]
      resources = ["arn:${local.partition}:securityhub:*:${local.account}:product/${local.account}/default"]
    }
  }

  dynamic "statement" {
    for_each = var.event_bus_arn == null ? [] : [var.event_bus_arn]

    content {
      sid       = "Bus"
      actions   = ["events:PutEvents"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = length(var.role_arns) == 0 ? [] : [var.role_arns]

    content {
      sid       = "OtherAccounts"
      actions   = ["sts:AssumeRole"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = var.organization ? [1] : []

    content {
      sid       = "AccountsOfTheOrganization"
      actions   = ["sts:AssumeRole"]
      resources = ["arn:${local.partition}:iam::*:role/${var.role_name}"]

      # Only in the organization: anybody could make a role of this name elsewhere. var.role_arns is for others.
      condition {
        test     = "StringEquals"
        variable = "aws:ResourceOrgID"
        values   = ["$${aws:PrincipalOrgID}"]
      }
    }
  }

  # These read, and AWS limits them to no resource.
  dynamic "statement" {
    for_each = var.organization ? [1] : []

    content {
      sid = "ListAccounts"
      actions = [
        "organizations:DescribeOrganizationalUnit",
        "organizations:ListAccounts",
        "organizations:ListAccountsForParent",
        "organizations:ListOrganizationalUnitsForParent",
        "organizations:ListParents",
        "organizations:ListRoots",
      ]
      resources = ["*"]
    }
  }
}

resource "aws_scheduler_schedule" "scan" {
  name                         = local.name
  description                  = "Starts the scan."
  schedule_expression          = var.schedule
  schedule_expression_timezone = var.schedule_timezone
  state                        = var.schedule_enabled ? "ENABLED" : "DISABLED"

  # The full hour is when everybody's schedules run, and their calls share AWS's limits.
  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }

  target {
    arn      = aws_lambda_function.scan.arn
    role_arn = aws_iam_role.schedule.arn
    input    = "{}"

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 5
    }

    dead_letter_config {
      arn = aws_sqs_queue.dead_letters.arn
    }
  }
}

data "aws_iam_policy_document" "trust_scheduler" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    # A schedule's source is its group.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:scheduler:${local.region}:${local.account}:schedule-group/default"]
    }
  }
}

resource "aws_iam_role" "schedule" {
  name_prefix          = "${local.name}-"
  description          = "Lets the schedule start elb-audit."
  assume_role_policy   = data.aws_iam_policy_document.trust_scheduler.json
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}

data "aws_iam_policy_document" "start" {
  statement {
    sid       = "Start"
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.scan.arn]
  }

  statement {
    sid       = "DeadLetters"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.dead_letters.arn]
  }
}

resource "aws_iam_role_policy" "start" {
  name   = "start"
  role   = aws_iam_role.schedule.id
  policy = data.aws_iam_policy_document.start.json
}

# What could not be started, or broke three times. Two weeks is the longest that a queue keeps.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${local.name}-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
  tags                      = var.tags
}

data "aws_iam_policy_document" "dead_letters" {
  statement {
    sid       = "OnlyEncrypted"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.dead_letters.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.url
  policy    = data.aws_iam_policy_document.dead_letters.json
}

resource "aws_sns_topic" "alerts" {
  name              = local.name
  display_name      = "elb-audit ${var.environment}"
  kms_master_key_id = var.encrypt_topic ? aws_kms_key.topic[0].id : null
  tags              = var.tags
}

data "aws_iam_policy_document" "alerts" {
  statement {
    sid       = "AlarmsOfThisAccount"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }

  statement {
    sid       = "OnlyEncrypted"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sns_topic_policy" "alerts" {
  arn    = aws_sns_topic.alerts.arn
  policy = data.aws_iam_policy_document.alerts.json
}

resource "aws_sns_topic_subscription" "email" {
  count     = var.email == null ? 0 : 1
  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = var.email
}

data "aws_iam_policy_document" "topic_key" {
  statement {
    sid       = "Administration"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account}:root"]
    }
  }

  # CloudWatch names no account when it asks for the key. The topic's policy asks it for one.
  statement {
    sid       = "Alarms"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }
  }
}

resource "aws_kms_key" "topic" {
  count                   = var.encrypt_topic ? 1 : 0
  description             = "Alerts of elb-audit ${var.environment}"
  enable_key_rotation     = true
  deletion_window_in_days = 7
  policy                  = data.aws_iam_policy_document.topic_key.json
  tags                    = var.tags
}

# It holds what was found, and since when: Terraform does not remove it while something is in it.
resource "aws_s3_bucket" "reports" {
  bucket_prefix = "${local.name}-"
  tags          = var.tags
}

resource "aws_s3_bucket_server_side_encryption_configuration" "reports" {
  bucket = aws_s3_bucket.reports.bucket

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "reports" {
  bucket = aws_s3_bucket.reports.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "reports" {
  bucket                  = aws_s3_bucket.reports.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "reports" {
  bucket = aws_s3_bucket.reports.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "reports" {
  bucket = aws_s3_bucket.reports.bucket

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    expiration {
      expired_object_delete_marker = true
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  rule {
    id     = "old-reports"
    status = "Enabled"

    filter {
      prefix = "reports/"
    }

    expiration {
      days = var.report_days
    }
  }

  # Old versions are those of a bucket that has versions.
  depends_on = [aws_s3_bucket_versioning.reports]
}

data "aws_iam_policy_document" "reports" {
  statement {
    sid       = "OnlyEncrypted"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.reports.arn, "${aws_s3_bucket.reports.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "reports" {
  bucket = aws_s3_bucket.reports.bucket
  policy = data.aws_iam_policy_document.reports.json

  # AWS takes one change of a bucket's policy and of its block at a time.
  depends_on = [aws_s3_bucket_public_access_block.reports]
}

# A fault in a load balancer is no error of the function: alerts tell of it. This is a run that broke.
resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${local.name}-errors"
  alarm_description   = "A run of elb-audit broke. Its log says why; Lambda repeats it twice."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.scan.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "throttled" {
  alarm_name          = "${local.name}-throttled"
  alarm_description   = "A run of elb-audit had to wait, for the account runs as many functions as it may."
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  dimensions          = { FunctionName = aws_lambda_function.scan.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${local.name}-dead-letters"
  alarm_description   = "A run of elb-audit was given up. The queue has the event, and why."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  tags                = var.tags
}

# Every hour without a run is one that is missing, and the alarm wants silence_hours of them in a row.
# CloudWatch lets a range be seven days long where a period is an hour or more. It also looks a few hours
# further back for data that is late, so the alarm may come some hours after the time. What has not run yet
# is silent too: the alarm is raised until the first run.
resource "aws_cloudwatch_metric_alarm" "silent" {
  count               = var.silence_hours == 0 ? 0 : 1
  alarm_name          = "${local.name}-silent"
  alarm_description   = "elb-audit has finished no run for ${var.silence_hours} hours, counted as that many periods of one hour without the metric Scans. Nobody is watching the load balancers."
  namespace           = "elb-audit"
  metric_name         = "Scans"
  dimensions          = { Environment = var.environment }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = var.silence_hours
  datapoints_to_alarm = var.silence_hours
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
  tags                = var.tags
}
