use std::time::Duration;

/// Waits until something is so; a test that waits in vain fails.
pub async fn eventually(mut so: impl AsyncFnMut() -> bool) {
    for _ in 0..100 {
        if so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it never became so");
}
