#[tokio::main]
async fn main() {
    loop {
        store::next_job().await;
    }
}
