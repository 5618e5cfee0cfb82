//! Cognito: the user pools that rules let in.

use elb_audit_core::inventory::UserPool;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};
use serde::Deserialize;
use serde_json::json;

use crate::aws::api::ApiClient;
use crate::aws::query::Client;

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(rename = "UserPool")]
    pool: Option<PoolJson>,
}

#[derive(Debug, Deserialize)]
struct PoolJson {
    #[serde(rename = "Name")]
    name: Option<String>,
    #[serde(rename = "AdminCreateUserConfig")]
    create: CreateJson,
}

#[derive(Debug, Deserialize)]
struct CreateJson {
    #[serde(rename = "AllowAdminCreateUserOnly")]
    admin_only: bool,
}

/// One user pool, by its ARN.
pub(crate) async fn user_pool(api: &ApiClient, client: &Client, arn: &str) -> Fact<UserPool> {
    let call = Call::CognitoDescribeUserPool;
    let id = arn.rsplit('/').next().unwrap_or(arn);
    let document = json!({ "UserPoolId": id });
    let answer = client.json::<Answer>(call.operation(), &document);
    match api.call(call, Some(arn), answer).await {
        Fact::Known(Answer { pool: Some(pool) }) => {
            Fact::Known(UserPool { name: pool.name, admin_create_only: pool.create.admin_only })
        }
        Fact::Known(Answer { pool: None }) => {
            let gap = Gap::new(call, Reason::Malformed).saying("the answer holds no user pool");
            Fact::Unread(api.located(gap, Some(arn)))
        }
        Fact::Unread(gap) => Fact::Unread(gap),
    }
}
