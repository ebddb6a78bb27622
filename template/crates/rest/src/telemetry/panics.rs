use std::{
    any::Any,
    backtrace::Backtrace,
    cell::{Cell, RefCell},
    fmt,
    future::poll_fn,
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook},
    pin::pin,
    task::Poll,
};

thread_local! {
    /// Whether this thread is polling a request, which logs its panic itself, with its id.
    static IN_REQUEST: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// The message, the location and the backtrace of a panic. For the log only.
#[derive(Debug)]
pub(crate) struct Panic {
    message: String,
    place: String,
    backtrace: Option<Backtrace>,
}

impl Panic {
    fn of(panic: &PanicHookInfo<'_>) -> Self {
        Self {
            message: message(panic.payload()),
            place: panic
                .location()
                .map(ToString::to_string)
                .unwrap_or_default(),
            backtrace: Some(Backtrace::force_capture()),
        }
    }

    pub(crate) fn backtrace(&self) -> Option<&Backtrace> {
        self.backtrace.as_ref()
    }

    fn log(&self) {
        let backtrace = self.backtrace.as_ref().map(tracing::field::display);
        tracing::error!(cause = %self, backtrace, "panic");
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked at {}: {}", self.place, self.message)
    }
}

impl std::error::Error for Panic {}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("(no message)").to_owned()
}

/// Routes the panics of this process into the log.
pub(super) fn install_hook() {
    hook(|panic| Panic::of(panic).log());
}

/// Stores a request's panic for [`catch`], and passes others to `log`.
fn hook(log: impl Fn(&PanicHookInfo<'_>) + Send + Sync + 'static) {
    set_hook(Box::new(move |panic| {
        if IN_REQUEST.get() {
            LAST.set(Some(Panic::of(panic)));
        } else {
            log(panic);
        }
    }));
}

/// The output of `work`, or the panic that ended it.
pub(crate) async fn catch<T>(work: impl Future<Output = T>) -> Result<T, Panic> {
    let mut work = pin!(work);
    poll_fn(|context| {
        IN_REQUEST.set(true);
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        IN_REQUEST.set(false);
        match (polled, LAST.take()) {
            (Ok(polled), last) => {
                // The request has caught this panic itself, so it is only logged.
                last.iter().for_each(Panic::log);
                polled.map(Ok)
            }
            (Err(_), Some(panic)) => Poll::Ready(Err(panic)),
            // Another panic hook has replaced ours: location and backtrace are unknown.
            (Err(payload), None) => Poll::Ready(Err(Panic {
                message: message(payload.as_ref()),
                place: "an unknown place".to_owned(),
                backtrace: None,
            })),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        panic::take_hook,
        sync::{Arc, Mutex, Once},
    };

    use actix_web::{App, middleware::from_fn, test, web};
    use serde_json::Value;

    use super::*;
    use crate::{catch_panics_and_timeouts, log_requests};

    /// The tests' own panics are reported as before.
    fn install_hook_for_tests() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // Keeps a subscriber registered: without one, tracing may cache a callsite as disabled.
            std::mem::forget(tracing::Dispatch::new(tracing_subscriber::registry()));
            let previous = take_hook();
            hook(move |panic| previous(panic));
        });
    }

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The response to a request whose handler panics, and what is logged about it.
    async fn panic_in_handler() -> (String, Vec<Value>) {
        install_hook_for_tests();
        let log = Log::default();
        let written = log.clone();
        let lines = tracing_subscriber::fmt().json().flatten_event(true);
        let lines = lines.with_writer(move || log.clone()).finish();
        let _here = tracing::subscriber::set_default(lines);
        let handler = async || -> &str { panic!("the {}", "reason") };
        let app = App::new()
            .route("/panic", web::get().to(handler))
            .wrap(from_fn(catch_panics_and_timeouts))
            .wrap(from_fn(log_requests));
        let app = test::init_service(app).await;
        let request = test::TestRequest::get().uri("/panic");
        let request = request.insert_header(("x-request-id", "trace-me"));
        let response = test::call_service(&app, request.to_request()).await;
        let body = test::read_body(response).await;
        let log = written.0.lock().expect("no panic");
        let lines = log.split(|byte| *byte == b'\n');
        let lines = lines.filter_map(|line| serde_json::from_slice(line).ok());
        (String::from_utf8_lossy(&body).into_owned(), lines.collect())
    }

    #[actix_web::test]
    async fn a_panic_is_one_line_of_the_log_with_the_requests_id_and_a_backtrace() {
        let (_, lines) = panic_in_handler().await;
        let of_panic = |line: &&Value| line["message"] != "request";
        let [line] = lines.iter().filter(of_panic).collect::<Vec<_>>()[..] else {
            panic!("{lines:?}")
        };
        assert_eq!(
            (&line["level"], &line["request_id"]),
            (&"ERROR".into(), &"trace-me".into())
        );
        let cause = line["cause"].as_str().unwrap_or_default();
        assert!(cause.contains("panics.rs:") && cause.ends_with(": the reason"));
        let backtrace = line["backtrace"].as_str().unwrap_or_default();
        assert!(backtrace.contains("panic_in_handler"), "{backtrace}");
    }

    #[actix_web::test]
    async fn a_response_says_nothing_of_the_panic() {
        let (body, _) = panic_in_handler().await;
        for word in ["the reason", "panic", ".rs", "backtrace"] {
            assert!(!body.contains(word), "{word}: {body}");
        }
    }

    #[actix_web::test]
    async fn after_a_panic_the_next_request_is_served() {
        install_hook_for_tests();
        assert!(catch(async { panic!("once") }).await.is_err());
        assert_eq!(catch(async { 7 }).await.ok(), Some(7));
    }
}
