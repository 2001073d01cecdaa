pub async fn next_job() {}
