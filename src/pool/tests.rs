use std::sync::atomic::Ordering;

use super::*;
use crate::{
    domain::{
        Architecture, GenerationOptions, Language, LanguagePair, Languages, ModelCard, ModelName, ModelOrigin, Task,
    },
    engine::Alternatives,
};

mod batching;
mod scripted;

use scripted::Scripted;

const MIB: u64 = 1 << 20;

pub(super) fn model(name: &str, size_mib: u64) -> InstalledModel {
    let card = ModelCard {
        id: name.parse().unwrap(),
        origin: ModelOrigin::BuiltIn,
        task: Task::Translation,
        architecture: Architecture::Marian,
        languages: Languages::Any,
        license: String::new(),
        size_bytes: 0,
        context_tokens: 0,
        prefix: String::new(),
        description: String::new(),
        quality: 0,
        files: Vec::new(),
        generation: GenerationOptions::default(),
    };
    let name = ModelName { id: card.id.clone(), revision: "1".into() };
    InstalledModel { card, name, directory: Default::default(), size_bytes: size_mib * MIB }
}

fn request(sentence: &str) -> TranslateRequest {
    requests(vec![sentence.into()])
}

fn requests(sentences: Vec<String>) -> TranslateRequest {
    let pair = LanguagePair::new(Language::ENGLISH, Language::SPANISH);
    TranslateRequest {
        pair,
        sentences,
        alternatives: Alternatives::Found(0),
        alignments: false,
        generation: GenerationOptions::default(),
    }
}

fn settings() -> PoolSettings {
    PoolSettings {
        memory_budget_bytes: 1000 * MIB,
        idle_unload: None,
        queue: 8,
        threads: 1,
        precision: Precision::Auto,
        runtime: Runtime::Auto,
        batch_wait: Duration::from_millis(2),
        max_batch_sources: None,
    }
}

fn pool(loader: &Arc<Scripted>, budget_mib: u64, queue: usize, idle_unload: Option<Duration>) -> Pool {
    let settings = PoolSettings { memory_budget_bytes: budget_mib * MIB, idle_unload, queue, ..settings() };
    Pool::new(settings, Arc::clone(loader) as Arc<dyn EngineLoader>)
}

/// Translates for a request of its own, which has to be let in first.
async fn ask(
    pool: &Pool,
    model: &InstalledModel,
    request: TranslateRequest,
    deadline: Instant,
) -> Result<Timed<TranslateOutput>, PoolError> {
    let turn = Turn::until(deadline);
    pool.let_in(&turn, [model])?;
    let answer = pool.translate(model, request, &turn).await?;
    turn.answered();
    Ok(answer)
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

#[tokio::test]
async fn one_load_serves_many_requests() {
    let loader = Arc::new(Scripted::default());
    let pool = pool(&loader, 1000, 8, None);
    let model = model("a", 10);
    for _ in 0..3 {
        let timed = ask(&pool, &model, request("hello"), soon()).await.unwrap();
        assert_eq!(timed.output.sentences, ["HELLO"]);
    }
    assert_eq!(loader.loads.load(Ordering::SeqCst), 1);
    assert!(matches!(pool.state(&model.name.id), Some(ModelState::Loaded { .. })));
}

#[tokio::test]
async fn a_panic_fails_one_request_and_the_engine_comes_back() {
    let loader = Arc::new(Scripted::default());
    let pool = pool(&loader, 1000, 8, None);
    let model = model("a", 10);
    let error = ask(&pool, &model, request("panic"), soon()).await.unwrap_err();
    assert!(error.to_string().contains("scripted panic"), "{error}");
    assert_eq!(ask(&pool, &model, request("next"), soon()).await.unwrap().output.sentences, ["NEXT"]);
    assert_eq!(loader.loads.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_error_keeps_the_engine() {
    let loader = Arc::new(Scripted::default());
    let pool = pool(&loader, 1000, 8, None);
    let model = model("a", 10);
    assert!(matches!(ask(&pool, &model, request("fail"), soon()).await, Err(PoolError::Engine { .. })));
    assert!(ask(&pool, &model, request("next"), soon()).await.is_ok());
    assert_eq!(loader.loads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_failed_load_is_reported_and_tried_again() {
    let loader = Arc::new(Scripted::default());
    loader.failing_loads.store(1, Ordering::SeqCst);
    let pool = pool(&loader, 1000, 8, None);
    let model = model("a", 10);
    assert!(matches!(ask(&pool, &model, request("x"), soon()).await, Err(PoolError::Load { .. })));
    let Some(ModelState::Failed { reason }) = pool.state(&model.name.id) else { panic!("not failed") };
    assert!(reason.contains("scripted"));
    assert!(ask(&pool, &model, request("x"), soon()).await.is_ok());
}

#[tokio::test]
async fn more_work_than_the_queue_holds_is_refused_at_once() {
    let loader = Arc::new(Scripted::default());
    let pool = pool(&loader, 1000, 1, None);
    let model = model("a", 10);
    pool.load(&model, soon()).await.unwrap();
    let call = |text| ask(&pool, &model, request(text), soon());
    let (at_work, waiting, refused) = tokio::join!(call("sleep"), call("x"), call("y"));
    assert!(at_work.is_ok() && waiting.is_ok());
    assert!(matches!(refused, Err(PoolError::Overloaded { retry_after, .. }) if retry_after > Duration::ZERO));
}

#[tokio::test]
async fn who_was_let_in_may_ask_several_times_and_is_one_request() {
    let loader = Arc::new(Scripted::default());
    let pool = pool(&loader, 1000, 1, None);
    let model = model("a", 10);
    let turns = [(); 3].map(|()| Turn::until(soon()));
    let let_in = turns.each_ref().map(|turn| pool.let_in(turn, [&model, &model]));
    assert!(matches!(let_in, [Ok(()), Ok(()), Err(PoolError::Overloaded { .. })]), "{let_in:?}");
    let calls = (0..8).map(|_| pool.translate(&model, request("x"), &turns[0]));
    assert!(futures_util::future::join_all(calls).await.iter().all(Result::is_ok));
    assert_eq!(pool.pending(), [(model.name.id.clone(), 2)]);
    drop(turns);
    assert_eq!(pool.pending(), [(model.name.id.clone(), 0)]);
}

#[tokio::test]
async fn a_passed_deadline_answers_and_its_work_is_never_begun() {
    let loader = Arc::new(Scripted::default());
    loader.seen.room.store(1, Ordering::SeqCst);
    let pool = pool(&loader, 1000, 8, None);
    let model = model("a", 10);
    pool.load(&model, soon()).await.unwrap();
    let late = Instant::now() + Duration::from_millis(30);
    let call = |text, deadline| ask(&pool, &model, request(text), deadline);
    let (first, second) = tokio::join!(call("sleep", soon()), call("x", late));
    assert!(first.is_ok());
    assert!(matches!(second, Err(PoolError::Timeout { .. })));
    pool.load(&model, soon()).await.unwrap();
    assert_eq!(loader.seen.joins(), [["sleep"]]);
}

#[tokio::test]
async fn the_longest_unused_model_makes_room() {
    let loader = Arc::new(Scripted::default());
    let pool = pool(&loader, 400, 8, None); // each takes 100 * 1.2 + 64 MiB
    let (a, b, c) = (model("a", 100), model("b", 100), model("c", 100));
    for model in [&a, &b, &a, &c] {
        ask(&pool, model, request("x"), soon()).await.unwrap();
    }
    assert!(pool.state(&b.name.id).is_none());
    assert!(pool.state(&a.name.id).is_some() && pool.state(&c.name.id).is_some());
}

#[tokio::test]
async fn a_model_over_the_budget_is_refused_with_the_figures() {
    let loader = Arc::new(Scripted::default());
    let pool = pool(&loader, 100, 8, None);
    let error = ask(&pool, &model("a", 100), request("x"), soon()).await.unwrap_err();
    assert_eq!(error.to_string(), "a needs 184 MiB of memory, the budget is 100 MiB");
}

#[tokio::test]
async fn an_idle_model_is_unloaded_and_comes_back() {
    let loader = Arc::new(Scripted::default());
    let pool = pool(&loader, 1000, 8, Some(Duration::from_millis(20)));
    let model = model("a", 10);
    pool.load(&model, soon()).await.unwrap();
    let unloaded = async {
        while pool.state(&model.name.id).is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), unloaded).await.unwrap();
    assert!(ask(&pool, &model, request("x"), soon()).await.is_ok());
    assert_eq!(loader.loads.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn work_in_hand_outlives_an_unload() {
    let loader = Arc::new(Scripted::default());
    let pool = pool(&loader, 1000, 8, None);
    let model = model("a", 10);
    pool.load(&model, soon()).await.unwrap();
    let unload = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(pool.unload(&model.name.id));
    };
    let (answer, ()) = tokio::join!(ask(&pool, &model, request("sleep"), soon()), unload);
    assert!(answer.is_ok());
    assert!(pool.state(&model.name.id).is_none());
}

#[tokio::test]
async fn models_that_do_not_fit_together_take_turns() {
    let loader = Arc::new(Scripted::default());
    let pool = pool(&loader, 200, 64, None); // room for one
    let calls = (0..40).map(|number| {
        let (pool, model) = (pool.clone(), model(["a", "b"][number % 2], 100));
        tokio::spawn(async move { ask(&pool, &model, request("x"), soon()).await })
    });
    for answer in futures_util::future::join_all(calls).await {
        assert_eq!(answer.unwrap().unwrap().output.sentences, ["X"]);
    }
}

#[tokio::test]
async fn only_so_many_wait_for_memory() {
    let loader = Arc::new(Scripted::default());
    let pool = pool(&loader, 200, 1, None); // room for one
    let (a, b) = (model("a", 100), model("b", 100));
    pool.load(&a, soon()).await.unwrap();
    let call = |model, text| ask(&pool, model, request(text), soon());
    let (at_work, waiting, refused) = tokio::join!(call(&a, "sleep"), call(&b, "x"), call(&b, "y"));
    assert!(at_work.is_ok() && waiting.is_ok());
    assert!(matches!(refused, Err(PoolError::Overloaded { .. })));
}

#[tokio::test]
async fn nothing_is_evicted_where_that_would_not_help() {
    let loader = Arc::new(Scripted::default());
    let pool = pool(&loader, 400, 8, None); // each takes 184 MiB, the large one 328
    let (idle, busy, large) = (model("idle", 100), model("busy", 100), model("large", 220));
    pool.load(&idle, soon()).await.unwrap();
    pool.load(&busy, soon()).await.unwrap();
    let impatient = Instant::now() + Duration::from_millis(50);
    let (at_work, refused) =
        tokio::join!(ask(&pool, &busy, request("sleep"), soon()), ask(&pool, &large, request("x"), impatient));
    assert!(at_work.is_ok());
    assert!(matches!(refused, Err(PoolError::Overloaded { .. })));
    assert!(pool.state(&idle.name.id).is_some(), "the idle model was evicted in vain");
}

#[tokio::test]
async fn a_model_that_failed_to_load_steps_back() {
    let loader = Arc::new(Scripted::default());
    loader.failing_loads.store(1, Ordering::SeqCst);
    let pool = pool(&loader, 200, 8, None);
    let model = model("a", 10);
    assert!(pool.can_serve(&model));
    assert!(pool.load(&model, soon()).await.is_err());
    assert!(!pool.can_serve(&model));
    assert!(pool.load(&model, soon()).await.is_ok());
    assert!(pool.can_serve(&model));
}

#[tokio::test]
async fn work_stops_at_its_deadline_and_the_next_request_is_served() {
    let loader = Arc::new(Scripted::default());
    let pool = pool(&loader, 1000, 8, None);
    let model = model("a", 10);
    pool.load(&model, soon()).await.unwrap();
    let late = Instant::now() + Duration::from_millis(30);
    let answer = ask(&pool, &model, request("for ever"), late).await;
    assert!(matches!(answer, Err(PoolError::Timeout { .. })));
    assert!(ask(&pool, &model, request("x"), soon()).await.is_ok());
}

#[tokio::test]
async fn work_stops_when_its_client_has_gone() {
    let loader = Arc::new(Scripted::default());
    let pool = pool(&loader, 1000, 8, None);
    let model = model("a", 10);
    pool.load(&model, soon()).await.unwrap();
    let gone = ask(&pool, &model, request("for ever"), Instant::now() + Duration::from_secs(600));
    assert!(tokio::time::timeout(Duration::from_millis(30), gone).await.is_err());
    assert!(ask(&pool, &model, request("x"), soon()).await.is_ok());
}
