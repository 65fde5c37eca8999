//! Background threads: four for calls that use files, and one for each call that may take minutes, so that a list never
//! waits for a download. Futures need no runtime: the thread wakes the waiting task once.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};

use futures_channel::oneshot;
use jalon::transfer::CancelToken;

use crate::error::{JalonError, Result};
use crate::panic_guard::catch;

/// Threads of the pool. Reads run in parallel; SQLite has one writer at a time.
const THREADS: usize = 4;

/// Work without its type, so that the pool and its channel are compiled once and not for every call.
type Work = Box<dyn FnOnce() + Send>;
type Ended = oneshot::Receiver<jalon::Result<()>>;

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The result of work on another thread. Dropping it cancels the work, if it can be cancelled: Kotlin and Python drop the
/// future of a task that is cancelled.
pub(crate) struct Answer<T> {
    value: Arc<Mutex<Option<T>>>,
    ended: Ended,
    cancel: Option<CancelToken>,
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        self.cancel.iter().for_each(CancelToken::cancel);
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        ready!(poll_end(&mut self.ended, context))?;
        Poll::Ready(lock(&self.value).take().ok_or_else(thread_lost))
    }
}

/// The part of [`Answer::poll`] without the type of the result: with it, each exported function would have a copy.
#[inline(never)]
fn poll_end(ended: &mut Ended, context: &mut Context<'_>) -> Poll<Result<()>> {
    let ended = ready!(Pin::new(ended).poll(context));
    Poll::Ready(ended.map_err(|_| thread_lost())?.map_err(JalonError::from))
}

/// The error if the work was dropped.
#[inline(never)]
fn thread_lost() -> JalonError {
    jalon::Error::internal("no thread ran the call to its end").into()
}

fn answer<T: Send + 'static>(
    work: impl FnOnce() -> jalon::Result<T> + Send + 'static,
    start: &dyn Fn(Work),
    cancel: Option<CancelToken>,
) -> Answer<T> {
    let value = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&value);
    let ended = start_reporting(
        start,
        Box::new(move || {
            let done = work()?;
            *lock(&slot) = Some(done);
            Ok(())
        }),
    );
    Answer { value, ended, cancel }
}

/// Starts work that reports its end, or its panic.
fn start_reporting(start: &dyn Fn(Work), work: Box<dyn FnOnce() -> jalon::Result<()> + Send>) -> Ended {
    let (sender, ended) = oneshot::channel();
    start(Box::new(move || {
        // The receiver may be gone.
        let _ = sender.send(catch(work).flatten());
    }));
    ended
}

/// Runs work that reads or writes files on the pool.
pub(crate) fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> jalon::Result<T> + Send + 'static) -> Answer<T> {
    answer(work, &on_pool, None)
}

/// Runs work that may take minutes on a thread of its own. Dropping the answer cancels `token`.
pub(crate) fn run_cancellable<T: Send + 'static>(
    token: CancelToken,
    work: impl FnOnce() -> jalon::Result<T> + Send + 'static,
) -> Answer<T> {
    answer(work, &|work| spawn("jalon-long", work), Some(token))
}

/// Runs work on a thread of its own that must not wait for the pool: all its threads may be busy for long.
pub(crate) fn run_apart<T: Send + 'static>(work: impl FnOnce() -> jalon::Result<T> + Send + 'static) -> Answer<T> {
    answer(work, &|work| spawn("jalon-suspend", work), None)
}

/// Work that runs on the pool one after another, in the order of the calls. A call whose task is cancelled keeps its place: its
/// work could otherwise run after that of a later call, and write older data over newer.
#[derive(Default)]
pub(crate) struct Queue(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    work: VecDeque<Work>,
    is_running: bool,
}

impl Queue {
    /// Runs work after all work that was given before.
    pub(crate) fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce() -> jalon::Result<T> + Send + 'static,
    ) -> Answer<T> {
        answer(work, &|work| self.push(work), None)
    }

    fn push(self: &Arc<Self>, work: Work) {
        let mut waiting = lock(&self.0);
        waiting.work.push_back(work);
        if !waiting.is_running {
            waiting.is_running = true;
            drop(waiting);
            self.run_on_pool();
        }
    }

    /// Runs the first work that waits, then the others. Each goes to the end of the pool's line, so that reads run in between.
    fn run_on_pool(self: &Arc<Self>) {
        let queue = Arc::clone(self);
        let is_given = give_to_pool(Box::new(move || {
            let work = lock(&queue.0).work.pop_front();
            work.into_iter().for_each(|work| work());
            let mut waiting = lock(&queue.0);
            waiting.is_running = !waiting.work.is_empty();
            if waiting.is_running {
                drop(waiting);
                queue.run_on_pool();
            }
        }));
        if !is_given {
            *lock(&self.0) = Waiting::default();
        }
    }
}

/// Starts a thread. If the system has none left, the work is dropped, and with it its sender.
fn spawn(name: &str, work: Work) {
    let _ = std::thread::Builder::new().name(name.to_owned()).spawn(work);
}

/// Runs work on the pool. If the system has no threads, the work is dropped, and with it its sender.
fn on_pool(work: Work) {
    give_to_pool(work);
}

/// Gives work to the pool, whose threads start with the first call. Returns false if there are none.
fn give_to_pool(work: Work) -> bool {
    static POOL: OnceLock<Sender<Work>> = OnceLock::new();
    let pool = POOL.get_or_init(|| {
        let (sender, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..THREADS {
            let receiver = Arc::clone(&receiver);
            spawn("jalon", Box::new(move || run(&receiver)));
        }
        sender
    });
    pool.send(work).is_ok()
}

fn run(receiver: &Mutex<Receiver<Work>>) {
    loop {
        // The lock is held while a thread waits for work, and released while it works.
        let Ok(work) = lock(receiver).recv() else { return };
        work();
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::pin::pin;
    use std::task::{Wake, Waker};
    use std::thread::Thread;

    use super::*;

    /// Runs a future on this thread, for tests of other modules, too.
    pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut future = pin!(future);
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(output) => return output,
                Poll::Pending => std::thread::park(),
            }
        }
    }

    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    #[test]
    fn panic_in_background_is_internal_error_and_pool_survives() {
        for round in 0..3 * THREADS {
            let result = block_on(run_blocking::<()>(|| panic!("on purpose")));
            assert!(matches!(result, Err(JalonError::Internal { .. })), "{round}");
        }
        assert_eq!(block_on(run_blocking(|| Ok(7))), Ok(7));
        let result = block_on(run_cancellable::<()>(CancelToken::default(), || panic!("on purpose")));
        assert!(matches!(result, Err(JalonError::Internal { .. })));
    }

    #[test]
    fn run_apart_completes_while_the_pool_is_busy() {
        let start = Arc::new(std::sync::Barrier::new(THREADS + 1));
        let busy: Vec<_> = (0..THREADS)
            .map(|_| {
                let start = Arc::clone(&start);
                run_blocking(move || {
                    start.wait();
                    Ok(())
                })
            })
            .collect();
        assert_eq!(block_on(run_apart(|| Ok(7))), Ok(7));
        start.wait();
        for answer in busy {
            block_on(answer).unwrap();
        }
    }

    #[test]
    fn work_beyond_thread_count_completes() {
        let answers: Vec<_> = (0..100).map(|number| run_blocking(move || Ok(number))).collect();
        let sum: i32 = answers.into_iter().map(|answer| block_on(answer).unwrap()).sum();
        assert_eq!(sum, 4_950);
    }

    #[test]
    fn queue_runs_work_in_order_though_answers_are_dropped() {
        let queue = Arc::new(Queue::default());
        let order = Arc::new(Mutex::new(Vec::new()));
        let start = Arc::new(std::sync::Barrier::new(2));
        let answers: Vec<_> = (0..100)
            .map(|number| {
                let (order, start) = (Arc::clone(&order), Arc::clone(&start));
                queue.run(move || {
                    if number == 0 {
                        start.wait();
                    }
                    lock(&order).push(number);
                    if number == 50 { panic!("on purpose") } else { Ok(()) }
                })
            })
            .collect();
        let mut answers = answers.into_iter();
        let last = answers.next_back().unwrap();
        drop(answers);
        start.wait();
        block_on(last).unwrap();
        assert_eq!(*lock(&order), Vec::from_iter(0..100));
        assert_eq!(block_on(queue.run(|| Ok(7))), Ok(7), "it runs again after it was empty");
    }

    #[test]
    fn dropped_answer_cancels_its_work() {
        let token = CancelToken::default();
        let (sender, receiver) = channel();
        let seen = token.clone();
        let mut answer = run_cancellable(token, move || {
            while !seen.is_cancelled() {
                std::thread::yield_now();
            }
            let _ = sender.send(());
            Ok(())
        });
        assert!(Pin::new(&mut answer).poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(answer);
        receiver.recv().unwrap();
    }
}
