use std::{
    collections::HashMap,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    sync::Mutex,
    time::Instant,
};

use futures_util::FutureExt;
use tempfile::TempDir;

use super::*;

const LEASE: Duration = Duration::from_secs(1);

fn policy(home: &Path) -> JobsPolicy {
    JobsPolicy {
        address: DatabaseAddress::File(home.join("jobs.sqlite3")),
        workers: 4,
        queue: 1000,
        keep: Duration::from_secs(3600),
        lease: LEASE,
        attempts: 3,
        hook_hosts: Vec::new(),
    }
}

fn jobs(home: &TempDir) -> Jobs {
    Jobs::new(policy(home.path())).unwrap()
}

fn new_job(requests: impl IntoIterator<Item = impl ToString>) -> NewJob {
    let article = |request: String| NewArticle { caller_id: None, request, refused: None };
    let articles = requests.into_iter().map(|request| article(request.to_string())).collect();
    NewJob { owner: "desk".to_owned(), articles, hook_url: None }
}

/// Counts how often each request was worked on, and gives it back as its own answer.
#[derive(Clone, Default)]
struct Counter(Arc<Mutex<HashMap<String, usize>>>);

impl Counter {
    fn work(&self, takes: Duration) -> Work {
        let counter = self.clone();
        Arc::new(move |request: String| {
            *counter.0.lock().unwrap().entry(request.clone()).or_default() += 1;
            async move {
                tokio::time::sleep(takes).await;
                Outcome::Done(request)
            }
            .boxed()
        })
    }
}

/// Work that always comes to the same.
fn always(outcome: Outcome) -> Work {
    Arc::new(move |_| futures_util::future::ready(outcome.clone()).boxed())
}

async fn wait_for(jobs: &Jobs, id: Uuid, what: impl Fn(&JobStatus) -> bool) -> JobStatus {
    let began = Instant::now();
    loop {
        let status = jobs.status(id, "desk".to_owned()).await.unwrap();
        if what(&status) {
            return status;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{status:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn done(jobs: &Jobs, id: Uuid) -> JobStatus {
    wait_for(jobs, id, |status| status.state == JobState::Done).await
}

#[tokio::test]
async fn two_workers_share_a_queue_and_each_article_is_done_once() {
    let home = tempfile::tempdir().unwrap();
    let (one, other, counter) = (jobs(&home), jobs(&home), Counter::default());
    let id = one.submit(new_job(0..60)).await.unwrap().id;
    [&one, &other].into_iter().for_each(|jobs| jobs.start(counter.work(Duration::from_millis(10))));
    assert_eq!(done(&other, id).await.counts, Counts { total: 60, done: 60, failed: 0, cancelled: 0 });
    let results = one.results(id, "desk".to_owned(), 0, 100).await.unwrap();
    let answers: Vec<_> = results.iter().map(|stored| (stored.position, stored.json.clone())).collect();
    assert_eq!(answers, (0..60).map(|at| (at, at.to_string())).collect::<Vec<_>>());
    assert!(counter.0.lock().unwrap().values().all(|times| *times == 1), "{:?}", counter.0);
}

#[tokio::test]
async fn what_a_dead_worker_had_taken_is_taken_up_again() {
    let home = tempfile::tempdir().unwrap();
    let (dead, living, counter) = (jobs(&home), jobs(&home), Counter::default());
    let id = dead.submit(new_job(0..8)).await.unwrap().id;
    dead.start(counter.work(Duration::from_secs(3600)));
    wait_for(&living, id, |status| status.state == JobState::Running).await;
    dead.kill();
    living.start(counter.work(Duration::ZERO));
    let began = Instant::now();
    assert_eq!(done(&living, id).await.counts.done, 8);
    assert!(began.elapsed() < LEASE * 10, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_living_worker_keeps_its_articles_longer_than_a_lease() {
    let home = tempfile::tempdir().unwrap();
    let (slow, idle, counter) = (jobs(&home), jobs(&home), Counter::default());
    let id = slow.submit(new_job(0..2)).await.unwrap().id;
    slow.start(counter.work(LEASE * 3));
    wait_for(&slow, id, |status| status.state == JobState::Running).await;
    idle.start(counter.work(LEASE * 3));
    done(&slow, id).await;
    assert!(counter.0.lock().unwrap().values().all(|times| *times == 1), "{:?}", counter.0);
}

#[tokio::test]
async fn an_error_that_may_pass_is_met_a_few_times_and_another_once() {
    let home = tempfile::tempdir().unwrap();
    let jobs = Jobs::new(JobsPolicy { attempts: 2, ..policy(home.path()) }).unwrap();
    let (id, tries) = (jobs.submit(new_job(["a"])).await.unwrap().id, Arc::new(Mutex::new(0)));
    let counted = tries.clone();
    jobs.start(Arc::new(move |_| {
        *counted.lock().unwrap() += 1;
        futures_util::future::ready(Outcome::Again("\"busy\"".to_owned())).boxed()
    }));
    assert_eq!(done(&jobs, id).await.counts.failed, 1);
    assert_eq!(*tries.lock().unwrap(), 2);
    let result = &jobs.results(id, "desk".to_owned(), 0, 9).await.unwrap()[0];
    assert_eq!((result.state, result.json.as_str()), (StoredState::Failed, "\"busy\""));
}

#[tokio::test]
async fn an_article_that_finds_no_room_waits_for_it_however_often() {
    let home = tempfile::tempdir().unwrap();
    let jobs = Jobs::new(JobsPolicy { attempts: 1, ..policy(home.path()) }).unwrap();
    let (id, tries) = (jobs.submit(new_job(["a"])).await.unwrap().id, Arc::new(Mutex::new(0)));
    let counted = tries.clone();
    jobs.start(Arc::new(move |request| {
        let mut tries = counted.lock().unwrap();
        *tries += 1;
        let outcome = if *tries < 3 { Outcome::Later("\"full\"".to_owned()) } else { Outcome::Done(request) };
        futures_util::future::ready(outcome).boxed()
    }));
    assert_eq!(done(&jobs, id).await.counts.done, 1);
    assert_eq!(*tries.lock().unwrap(), 3);
}

#[tokio::test]
async fn an_article_that_is_refused_fails_alone() {
    let home = tempfile::tempdir().unwrap();
    let jobs = jobs(&home);
    let mut job = new_job(["a", "b"]);
    job.articles[0].refused = Some("\"bad\"".to_owned());
    let id = jobs.submit(job).await.unwrap().id;
    jobs.start(always(Outcome::Done("1".to_owned())));
    let counts = done(&jobs, id).await.counts;
    assert_eq!((counts.done, counts.failed), (1, 1));
}

#[tokio::test]
async fn a_cancelled_job_is_not_worked_on() {
    let home = tempfile::tempdir().unwrap();
    let (jobs, counter) = (jobs(&home), Counter::default());
    let id = jobs.submit(new_job(0..5)).await.unwrap().id;
    let status = jobs.cancel(id, "desk".to_owned()).await.unwrap();
    assert_eq!((status.state, status.counts.cancelled), (JobState::Cancelled, 5));
    jobs.start(counter.work(Duration::ZERO));
    let other = jobs.submit(new_job(["x"])).await.unwrap().id;
    done(&jobs, other).await;
    assert_eq!(counter.0.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn jobs_of_others_are_unknown_and_too_many_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let jobs = Jobs::new(JobsPolicy { queue: 3, ..policy(home.path()) }).unwrap();
    let id = jobs.submit(new_job(0..2)).await.unwrap().id;
    let unknown = Err(JobsError::Unknown(id.to_string()));
    assert_eq!(jobs.status(id, "other".to_owned()).await, unknown);
    assert_eq!(jobs.cancel(id, String::new()).await, unknown);
    assert_eq!(jobs.submit(new_job(0..2)).await, Err(JobsError::Full { waiting: 2, limit: 3 }));
}

#[tokio::test]
async fn a_job_is_forgotten_with_its_results_when_its_time_is_over() {
    let home = tempfile::tempdir().unwrap();
    let jobs = Jobs::new(JobsPolicy { keep: Duration::ZERO, ..policy(home.path()) }).unwrap();
    let id = jobs.submit(new_job(["a"])).await.unwrap().id;
    jobs.start(always(Outcome::Done("1".to_owned())));
    let began = Instant::now();
    while jobs.status(id, "desk".to_owned()).await.is_ok() {
        assert!(began.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn stopping_finishes_what_is_at_work_and_leaves_the_rest() {
    let home = tempfile::tempdir().unwrap();
    let (jobs, counter) = (jobs(&home), Counter::default());
    let id = jobs.submit(new_job(0..40)).await.unwrap().id;
    jobs.start(counter.work(Duration::from_millis(300)));
    wait_for(&jobs, id, |status| status.state == JobState::Running).await;
    jobs.stop(Duration::from_secs(20)).await;
    let counts = jobs.status(id, "desk".to_owned()).await.unwrap().counts;
    assert_eq!(counts.done, counter.0.lock().unwrap().len(), "what was begun is done");
    assert!(counts.done < 40, "{counts:?}");
}

#[tokio::test]
async fn what_cannot_be_finished_in_time_is_given_back_and_was_no_try() {
    let home = tempfile::tempdir().unwrap();
    let (stopped, next, counter) = (jobs(&home), jobs(&home), Counter::default());
    let id = stopped.submit(new_job(["a"])).await.unwrap().id;
    stopped.start(counter.work(Duration::from_secs(3600)));
    wait_for(&stopped, id, |status| status.state == JobState::Running).await;
    stopped.stop(Duration::from_millis(50)).await;
    stopped.kill();
    assert_eq!(next.status(id, "desk".to_owned()).await.unwrap().state, JobState::Queued);
    next.start(counter.work(Duration::ZERO));
    done(&next, id).await;
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_is_told_and_takes_nothing_down() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("file"), "x").unwrap();
    let jobs = Jobs::new(policy(&home.path().join("file"))).unwrap();
    jobs.start(always(Outcome::Done("1".to_owned())));
    assert!(matches!(jobs.submit(new_job(["a"])).await, Err(JobsError::Unavailable(_))));
    // Once it is there, it is used.
    std::fs::remove_file(home.path().join("file")).unwrap();
    let id = jobs.submit(new_job(["a"])).await.unwrap().id;
    done(&jobs, id).await;
}

/// One request that a listener was sent.
fn received(listener: &TcpListener, answer: &str) -> String {
    let (mut stream, _) = listener.accept().unwrap();
    let (mut text, mut buffer) = (String::new(), [0; 4096]);
    while !text.contains("job.finished") {
        let count = stream.read(&mut buffer).unwrap();
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    stream
        .write_all(format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes())
        .unwrap();
    text
}

#[tokio::test]
async fn whoever_waits_for_a_job_is_told_of_its_end_once() {
    let home = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let jobs = Jobs::new(JobsPolicy { hook_hosts: vec![host.clone()], ..policy(home.path()) }).unwrap();
    let hook_url = Some(format!("http://{host}/done"));
    let taken = jobs.submit(NewJob { hook_url, ..new_job(["a", "b"]) }).await.unwrap();
    assert!(taken.hook.as_ref().unwrap().secret.is_some());
    let message = std::thread::spawn(move || received(&listener, "204 No Content"));
    jobs.start(always(Outcome::Done("1".to_owned())));
    let delivered = |status: &JobStatus| status.hook.as_ref().unwrap().state == HookState::Delivered;
    let hook = wait_for(&jobs, taken.id, delivered).await.hook.unwrap();
    assert_eq!((hook.attempts, hook.secret), (1, None), "the secret is told once");
    let message = message.join().unwrap();
    for part in ["POST /done", "webhook-signature: v1,", &format!("webhook-id: job_{}", taken.id), "\"done\":2"] {
        assert!(message.contains(part), "{part}: {message}");
    }
}

#[tokio::test]
async fn an_address_that_nobody_allowed_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let hook_url = Some("http://127.0.0.1:1/".to_owned());
    let refused = jobs(&home).submit(NewJob { hook_url, ..new_job(["a"]) }).await;
    assert!(matches!(refused, Err(JobsError::Hook(_))), "{refused:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_reads_the_file_that_holds_articles() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    jobs(&home).submit(new_job(["a"])).await.unwrap();
    for entry in std::fs::read_dir(home.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.path());
    }
}
