variable "environment" {
  description = "A label. It is in names, in the subject of alerts, in log lines and in the metrics."
  type        = string
  default     = "prod"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.environment))
    error_message = "Lower-case letters, digits and dashes, at most 20."
  }
}

variable "package" {
  description = "The function's zip file, such as one of a release, or what deploy.sh --dry-run packs."
  type        = string
}

variable "architecture" {
  description = "What the zip file was built for: x86_64 or arm64."
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "x86_64 or arm64."
  }
}

variable "memory_size" {
  description = "Megabytes. Processor time comes with them."
  type        = number
  default     = 1024
}

variable "timeout" {
  description = "Seconds. What is unread shortly before the end is reported as unread."
  type        = number
  default     = 900
}

# Two runs that overlap lose nothing, since the state is written on condition, so none is reserved: an
# account with a small quota cannot reserve any, and an outside caller would be throttled.
variable "reserved_concurrency" {
  description = "Runs at a time; -1, no limit. 1 keeps runs apart and takes one from the account's quota."
  type        = number
  default     = -1
}

variable "schedule" {
  description = "When to scan, as EventBridge Scheduler writes it. A run starts within 15 minutes of it."
  type        = string
  default     = "cron(0 9 * * ? *)"
}

variable "schedule_timezone" {
  description = "The time zone of the schedule."
  type        = string
  default     = "UTC"
}

variable "schedule_enabled" {
  description = "Whether the schedule runs."
  type        = bool
  default     = true
}

variable "silence_hours" {
  description = "An alarm after so many hours without a run; 0, none. CloudWatch looks back seven days at most, so a schedule with longer pauses wants 0."
  type        = number
  default     = 25

  validation {
    condition     = var.silence_hours >= 0 && var.silence_hours <= 168
    error_message = "From 0 to 168."
  }
}

variable "scan_all_regions" {
  description = "Every region that is enabled, or only the one of this function."
  type        = bool
  default     = true
}

variable "max_workers" {
  description = "Regions at a time; null, the function's own default."
  type        = number
  default     = null
}

variable "persona" {
  description = "Whom the checks are for: regular, pedantic or auditor."
  type        = string
  default     = "regular"
}

variable "role_arns" {
  description = "Roles of other accounts to read instead of this one; deploy/member-role.yaml makes them."
  type        = list(string)
  default     = []
}

variable "organization" {
  description = "Read every account of the organization, for up to some dozens; deploy/organization.yaml is for more."
  type        = bool
  default     = false
}

variable "role_name" {
  description = "The role to take in every account of the organization."
  type        = string
  default     = "elb-audit-reader"
}

variable "external_id" {
  description = "The external id that those roles ask for; null, none."
  type        = string
  default     = null
}

variable "email" {
  description = "Who gets the alerts; null, nobody yet. AWS sends a mail that has to be confirmed."
  type        = string
  default     = null
}

variable "notify_on" {
  description = "What to tell: new (new or worse faults), changed (also what is resolved or no longer assessed), all (also what stands) or always (every run)."
  type        = string
  default     = "changed"
}

variable "notify_min_severity" {
  description = "The least severity to tell of."
  type        = string
  default     = "low"
}

variable "heartbeat" {
  description = "After so many days of silence, a message that the watch is alive; 0, none."
  type        = number
  default     = 7

  validation {
    condition     = var.heartbeat >= 0 && var.heartbeat <= 365
    error_message = "The heartbeat is 0 to 365 days."
  }
}

variable "security_hub" {
  description = "Whether findings go to Security Hub too."
  type        = bool
  default     = false
}

variable "event_bus_arn" {
  description = "An EventBridge bus that gets the findings too; null, none."
  type        = string
  default     = null
}

# The address of a webhook is its password: what stands in a function's configuration is read by many.
variable "slack_parameter" {
  description = "SSM parameter with the address of a Slack webhook, best a SecureString, such as /elb-audit/slack; null, none."
  type        = string
  default     = null

  validation {
    condition     = var.slack_parameter == null || can(regex("^(/[A-Za-z0-9_.-]+)+$", var.slack_parameter))
    error_message = "A name that begins with a slash."
  }
}

variable "slack_secret_arn" {
  description = "Or the ARN of a secret with it, behind it #KEY where the secret holds keys and values; null, none."
  type        = string
  default     = null

  validation {
    condition     = var.slack_secret_arn == null || can(regex("^arn:[^,*?]+$", var.slack_secret_arn))
    error_message = "An ARN, without wildcards and commas."
  }
}

variable "webhook_parameter" {
  description = "SSM parameter with the address of another webhook, which gets JSON; null, none."
  type        = string
  default     = null

  validation {
    condition     = var.webhook_parameter == null || can(regex("^(/[A-Za-z0-9_.-]+)+$", var.webhook_parameter))
    error_message = "A name that begins with a slash."
  }
}

variable "webhook_secret_arn" {
  description = "Or the ARN of a secret with it; null, none."
  type        = string
  default     = null

  validation {
    condition     = var.webhook_secret_arn == null || can(regex("^arn:[^,*?]+$", var.webhook_secret_arn))
    error_message = "An ARN, without wildcards and commas."
  }
}

variable "address_key_arn" {
  description = "ARN of the KMS key that encrypts these, where it is not AWS's own; null, none."
  type        = string
  default     = null

  validation {
    condition     = var.address_key_arn == null || can(regex("^arn:[^,*?]+$", var.address_key_arn))
    error_message = "An ARN, without wildcards and commas."
  }
}

# The address of a webhook would be in the function's configuration, and in the state of Terraform.
variable "more_destinations" {
  description = "More destinations. Do not put a webhook's address here; use the variables above."
  type        = list(string)
  default     = []
  sensitive   = true
}

variable "report_days" {
  description = "How many days reports are kept. The state is kept for good."
  type        = number
  default     = 400
}

variable "log_days" {
  description = "How many days logs are kept, of those that CloudWatch has."
  type        = number
  default     = 90
}

# An alert names what is open, so it is worth a dollar a month. AWS's own key, alias/aws/sns, is no way
# out: its policy keeps CloudWatch's alarms from publishing, and nobody would hear of it.
variable "encrypt_topic" {
  description = "Whether the topic has a key of its own. It costs one dollar a month."
  type        = bool
  default     = true
}

variable "permissions_boundary" {
  description = "ARN of a policy that bounds the roles; null, none."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything that has tags."
  type        = map(string)
  default     = {}
}
