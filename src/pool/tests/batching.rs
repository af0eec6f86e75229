//! Sources of many requests in one generator.

use futures_util::future::{join, join_all};

use super::*;

async fn loaded(loader: &Arc<Scripted>, settings: PoolSettings) -> (Pool, InstalledModel) {
    let pool = Pool::new(settings, Arc::clone(loader) as Arc<dyn EngineLoader>);
    let model = model("a", 10);
    pool.load(&model, soon()).await.unwrap();
    (pool, model)
}

/// Waits until the model's thread has come so far.
async fn until(holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.expect("it never came so far");
}

#[tokio::test]
async fn an_arrival_joins_what_is_running_at_the_next_step() {
    let loader = Arc::new(Scripted::default());
    let (pool, model) = loaded(&loader, settings()).await;
    let slow = ask(&pool, &model, request("steps 60 slow"), soon());
    let quick = async {
        until(|| loader.seen.running.load(Ordering::SeqCst) == 1).await;
        ask(&pool, &model, request("quick"), soon()).await.unwrap();
        loader.seen.done.lock().unwrap().clone()
    };
    let (slow, done) = join(slow, quick).await;
    assert_eq!(done, ["quick"]);
    assert_eq!(slow.unwrap().output.sentences, ["STEPS 60 SLOW"]);
}

#[tokio::test]
async fn a_client_that_goes_frees_its_rows_within_one_step() {
    let loader = Arc::new(Scripted::default());
    let (pool, model) = loaded(&loader, settings()).await;
    let far = Instant::now() + Duration::from_secs(600);
    let call = {
        let (pool, model) = (pool.clone(), model.clone());
        tokio::spawn(async move { ask(&pool, &model, requests(vec!["for ever".into(); 3]), far).await })
    };
    let stays = ask(&pool, &model, request("steps 500"), soon());
    let goes = async {
        until(|| loader.seen.running.load(Ordering::SeqCst) == 4).await;
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
        let steps = loader.seen.steps.load(Ordering::SeqCst);
        until(|| loader.seen.running.load(Ordering::SeqCst) == 1).await;
        (steps, loader.seen.let_go_at.load(Ordering::SeqCst))
    };
    let (stays, (gone_at, let_go_at)) = join(stays, goes).await;
    assert!(let_go_at <= gone_at + 1, "gone at step {gone_at}, let go at step {let_go_at}");
    assert!(stays.is_ok());
}

#[tokio::test]
async fn nothing_runs_for_a_client_that_was_alone_and_has_gone() {
    let loader = Arc::new(Scripted::default());
    let (pool, model) = loaded(&loader, settings()).await;
    let gone = ask(&pool, &model, request("for ever"), Instant::now() + Duration::from_secs(600));
    assert!(tokio::time::timeout(Duration::from_millis(30), gone).await.is_err());
    until(|| loader.seen.running.load(Ordering::SeqCst) == 0).await;
    let steps = loader.seen.steps.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(loader.seen.steps.load(Ordering::SeqCst), steps);
}

#[tokio::test]
async fn a_panic_fails_what_is_running_and_serves_what_waits() {
    let loader = Arc::new(Scripted::default());
    loader.seen.room.store(2, Ordering::SeqCst);
    let (pool, model) = loaded(&loader, settings()).await;
    let call = |text| ask(&pool, &model, request(text), soon());
    let later = async {
        until(|| loader.seen.running.load(Ordering::SeqCst) == 2).await;
        call("waits").await
    };
    let ((beside, panics), waits) = join(join(call("for ever"), call("burst")), later).await;
    for failed in [beside, panics] {
        let error = failed.unwrap_err().to_string();
        assert!(error.contains("scripted panic"), "{error}");
    }
    assert_eq!(waits.unwrap().output.sentences, ["WAITS"]);
    assert_eq!(loader.loads.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_panic_while_sources_leave_is_survived() {
    let loader = Arc::new(Scripted::default());
    let (pool, model) = loaded(&loader, settings()).await;
    loader.seen.panics_at_retain.store(true, Ordering::SeqCst);
    let gone = ask(&pool, &model, request("for ever"), Instant::now() + Duration::from_secs(600));
    assert!(tokio::time::timeout(Duration::from_millis(30), gone).await.is_err());
    assert!(ask(&pool, &model, request("next"), soon()).await.is_ok());
    assert_eq!(loader.loads.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_model_that_does_not_come_back_fails_what_waits() {
    let loader = Arc::new(Scripted::default());
    loader.seen.room.store(1, Ordering::SeqCst);
    let (pool, model) = loaded(&loader, settings()).await;
    loader.failing_loads.store(1, Ordering::SeqCst);
    let later = async {
        until(|| loader.seen.steps.load(Ordering::SeqCst) > 0).await;
        ask(&pool, &model, request("waits"), soon()).await
    };
    let (panics, waits) = join(ask(&pool, &model, request("burst"), soon()), later).await;
    assert!(panics.unwrap_err().to_string().contains("scripted panic"));
    assert_eq!(waits.unwrap_err().to_string(), "a failed: the model failed: scripted");
    assert!(ask(&pool, &model, request("next"), soon()).await.is_ok());
}

#[tokio::test]
async fn a_source_that_fails_fails_its_request_alone() {
    let loader = Arc::new(Scripted::default());
    let (pool, model) = loaded(&loader, settings()).await;
    let failing = requests(vec!["for ever".into(), "steps 3 and".into(), "fail".into(), "for ever".into()]);
    let (failed, beside) =
        join(ask(&pool, &model, failing, soon()), ask(&pool, &model, request("steps 9"), soon())).await;
    assert!(matches!(failed, Err(PoolError::Engine { .. })), "{failed:?}");
    assert_eq!(beside.unwrap().output.sentences, ["STEPS 9"]);
    until(|| loader.seen.running.load(Ordering::SeqCst) == 0).await;
    assert_eq!(loader.loads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn sources_that_cannot_join_fail_and_the_model_goes_on() {
    let loader = Arc::new(Scripted::default());
    let (pool, model) = loaded(&loader, settings()).await;
    let error = ask(&pool, &model, request("refuse"), soon()).await.unwrap_err();
    assert!(error.to_string().contains("scripted refusal"), "{error}");
    assert!(ask(&pool, &model, request("next"), soon()).await.is_ok());
    assert_eq!(loader.loads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_panic_of_plain_code_fails_its_request_and_keeps_the_model() {
    let loader = Arc::new(Scripted::default());
    let (pool, model) = loaded(&loader, settings()).await;
    let (failed, beside) =
        join(ask(&pool, &model, request("bad code"), soon()), ask(&pool, &model, request("steps 9"), soon())).await;
    assert!(failed.unwrap_err().to_string().contains("scripted panic of plain code"));
    assert!(beside.is_ok());
    assert_eq!(loader.loads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_book_does_not_starve_a_headline() {
    let loader = Arc::new(Scripted::default());
    loader.seen.room.store(8, Ordering::SeqCst);
    let (pool, model) = loaded(&loader, settings()).await;
    let book = ask(&pool, &model, requests(vec!["steps 16 of the book".into(); 400]), soon());
    let headline = async {
        until(|| !loader.seen.done.lock().unwrap().is_empty()).await;
        let before = loader.seen.done.lock().unwrap().len();
        let answer = ask(&pool, &model, request("headline"), soon()).await;
        (answer, loader.seen.done.lock().unwrap().len() - before)
    };
    let (book, (headline, between)) = join(book, headline).await;
    assert_eq!(headline.unwrap().output.sentences, ["HEADLINE"]);
    assert!(between < 200, "{between} of the book's sentences were done before the headline");
    assert_eq!(book.unwrap().output.sentences, vec!["STEPS 16 OF THE BOOK"; 400]);
}

#[tokio::test]
async fn headlines_that_never_end_do_not_starve_a_request_of_two_sentences() {
    let loader = Arc::new(Scripted::default());
    loader.seen.room.store(1, Ordering::SeqCst);
    let (pool, model) = loaded(&loader, settings()).await;
    let headlines = (0..4).map(|_| async {
        for _ in 0..20 {
            ask(&pool, &model, request("headline"), soon()).await.unwrap();
        }
    });
    let both = ask(&pool, &model, requests(vec!["both".into(); 2]), soon());
    let (_, both) = join(join_all(headlines), both).await;
    assert!(both.is_ok());
    let done = loader.seen.done.lock().unwrap().clone();
    let last = done.iter().rposition(|text| text == "both").unwrap();
    assert!(last < 20, "{last} of {} came before its second sentence", done.len());
}

#[tokio::test]
async fn requests_take_turns_source_by_source() {
    let loader = Arc::new(Scripted::default());
    loader.seen.room.store(4, Ordering::SeqCst);
    let (pool, model) = loaded(&loader, PoolSettings { batch_wait: Duration::from_secs(1), ..settings() }).await;
    let calls = ["a", "b"].map(|name| ask(&pool, &model, requests(vec![name.into(); 6]), soon()));
    join_all(calls).await.into_iter().for_each(|answer| drop(answer.unwrap()));
    for join in loader.seen.joins() {
        let of_a = join.iter().filter(|text| *text == "a").count();
        assert_eq!(of_a, 2, "{join:?}");
    }
}

#[tokio::test]
async fn the_longest_sources_of_a_request_go_first() {
    let loader = Arc::new(Scripted::default());
    loader.seen.room.store(2, Ordering::SeqCst);
    let (pool, model) = loaded(&loader, settings()).await;
    let sentences = ["bb", "dddd", "a", "ccc", "eeeee", "ff"].map(str::to_owned).to_vec();
    let answer = ask(&pool, &model, requests(sentences), soon()).await.unwrap();
    assert_eq!(answer.output.sentences, ["BB", "DDDD", "A", "CCC", "EEEEE", "FF"]);
    assert_eq!(loader.seen.joins(), [["eeeee", "dddd"], ["ccc", "bb"], ["ff", "a"]]);
}

#[tokio::test]
async fn requests_that_come_together_begin_together() {
    let loader = Arc::new(Scripted::default());
    let (pool, model) = loaded(&loader, PoolSettings { batch_wait: Duration::from_secs(2), ..settings() }).await;
    let calls = ["one", "two", "three", "four"].map(|text| ask(&pool, &model, request(text), soon()));
    let started = Instant::now();
    join_all(calls).await.into_iter().for_each(|answer| drop(answer.unwrap()));
    assert_eq!(loader.seen.joins().iter().map(Vec::len).collect::<Vec<_>>(), [4]);
    assert!(started.elapsed() < Duration::from_secs(1), "it waited for nobody: {:?}", started.elapsed());
}

#[tokio::test]
async fn a_request_alone_does_not_wait_for_others() {
    let loader = Arc::new(Scripted::default());
    let (pool, model) = loaded(&loader, PoolSettings { batch_wait: Duration::from_secs(60), ..settings() }).await;
    for _ in 0..3 {
        assert!(ask(&pool, &model, request("alone"), soon()).await.is_ok());
    }
}

#[tokio::test]
async fn every_one_of_many_clients_gets_its_own_answer() {
    let loader = Arc::new(Scripted::default());
    loader.seen.room.store(16, Ordering::SeqCst);
    let (pool, model) = loaded(&loader, PoolSettings { queue: 64, ..settings() }).await;
    let clients = (0..64).map(|client| {
        let (pool, model) = (pool.clone(), model.clone());
        tokio::spawn(async move {
            for turn in 0..3 {
                let sentence = |n: usize| format!("steps {} of {client} in {turn} as {n}", (client * 7 + n) % 5 + 1);
                let sentences: Vec<_> = (0..client % 4 + 1).map(sentence).collect();
                let expected: Vec<_> = sentences.iter().map(|sentence| sentence.to_uppercase()).collect();
                let answer = ask(&pool, &model, requests(sentences), soon()).await.unwrap();
                assert_eq!(answer.output.sentences, expected);
            }
        })
    });
    join_all(clients).await.into_iter().for_each(|client| client.unwrap());
    assert_eq!(loader.seen.joined(), 3 * 16 * (1 + 2 + 3 + 4));
}

#[tokio::test]
async fn work_past_its_deadline_leaves_and_the_rest_goes_on() {
    let loader = Arc::new(Scripted::default());
    let (pool, model) = loaded(&loader, settings()).await;
    let late = Instant::now() + Duration::from_millis(30);
    let (timeout, beside) =
        join(ask(&pool, &model, request("for ever"), late), ask(&pool, &model, request("steps 100"), soon())).await;
    assert!(matches!(timeout, Err(PoolError::Timeout { .. })), "{timeout:?}");
    assert!(beside.is_ok());
    until(|| loader.seen.running.load(Ordering::SeqCst) == 0).await;
}

#[tokio::test]
async fn waiting_for_room_counts_as_queued() {
    let loader = Arc::new(Scripted::default());
    loader.seen.room.store(1, Ordering::SeqCst);
    let (pool, model) = loaded(&loader, settings()).await;
    let (begun, slept) = (Instant::now(), Duration::from_millis(140));
    let call = |text| ask(&pool, &model, request(text), soon());
    let later = async {
        until(|| loader.seen.steps.load(Ordering::SeqCst) > 0).await;
        (begun.elapsed(), call("x").await)
    };
    let (first, (sent, second)) = join(call("sleep"), later).await;
    let (first, second, took) = (first.unwrap(), second.unwrap(), begun.elapsed());
    assert!(first.worked >= slept, "{first:?}");
    // Not that the second worked for less: on a busy machine it may not. No time is counted twice.
    assert!(sent + second.queued >= slept && second.queued + second.worked <= took, "{second:?} of {took:?}");
}

#[tokio::test]
async fn no_more_sources_run_at_once_than_the_operator_allows() {
    let loader = Arc::new(Scripted::default());
    let (pool, model) = loaded(&loader, PoolSettings { max_batch_sources: Some(2), ..settings() }).await;
    let sentences = ["a", "bb", "ccc", "dddd", "eeeee"].map(str::to_owned).to_vec();
    let answer = ask(&pool, &model, requests(sentences), soon()).await.unwrap();
    assert_eq!(answer.output.sentences, ["A", "BB", "CCC", "DDDD", "EEEEE"]);
    assert!(loader.seen.joins().iter().all(|join| join.len() <= 2), "{:?}", loader.seen.joins());
}
