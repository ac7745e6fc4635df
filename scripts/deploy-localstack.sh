#!/bin/sh
# Deploys the stage `localstack` to the LocalStack of compose.yaml, and prints where the API answers; see docs/localstack.md.
# Run by `npm run deploy:localstack`, which puts the project's own node and cdk on PATH. Arguments are passed on to `cdk deploy`.
set -eu
cd "$(dirname "$0")/.."

# Everything that could lead to the real AWS is put aside.
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN AWS_CA_BUNDLE AWS_ENDPOINT_URL_S3 AWS_ENDPOINT_URL_CLOUDFORMATION
# By its number: a name would have the SDK look for the bucket of CDK in a host name that does not exist.
export AWS_ENDPOINT_URL=http://127.0.0.1:4566
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
export CDK_DISABLE_CLI_TELEMETRY=true

cdk bootstrap -c stage=localstack
cdk deploy -c stage=localstack --require-approval never --outputs-file cdk.out/localstack.json "$@"

id=$(sed -n 's|.*"ApiUrl": "https*://\([a-z0-9]*\)\..*|\1|p' cdk.out/localstack.json)
echo "The API, without a name to look up: $AWS_ENDPOINT_URL/_aws/execute-api/$id/v1"
