//! The one table of routes: what is served is what is documented.

use actix_web::{
    App, Error,
    body::BoxBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::from_fn,
    web::{self, Data, ServiceConfig},
};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::{
    ApiState,
    compat::{deepl, hugging_face, libretranslate, openai},
    detect, docs, envelope,
    error::{ErrorBody, ErrorCode, ErrorDetail},
    fallback, gate, health, jobs, languages, metrics, models, page, pull,
    stream::{PlanEvent, ProgressEvent, SentenceEvent},
    summarize, translate,
};

/// Registers each handler and lists it in the OpenAPI document.
macro_rules! routes {
    ($($module:ident::$handler:ident),* $(,)?) => {
        #[derive(OpenApi)]
        #[openapi(
            info(
                title = "Breve",
                description = "News summaries in English and Spanish, on your own machine. Every error has the same body, \
                               but for those of compatibility routes, which have their family's; every answer carries \
                               `x-request-id`.",
            ),
            tags(
                (name = "text", description = "Summaries, translations, languages"),
                (name = "jobs", description = "Many articles, done in their time"),
                (name = "models", description = "What is known, installed and in memory"),
                (name = "compatibility", description = "For clients of Hugging Face, LibreTranslate, OpenAI and DeepL"),
                (name = "operations", description = "Health and documentation"),
            ),
            paths($($module::$handler),*),
            components(schemas(
                ErrorBody, ErrorDetail, ErrorCode, PlanEvent, ProgressEvent, SentenceEvent, openai::Chunk,
                hugging_face::ErrorBody, libretranslate::ErrorBody, openai::ErrorBody, openai::ErrorDetail,
                deepl::ErrorBody,
            )),
            modifiers(&Keys),
            security(("key" = []), ()),
        )]
        struct Document;

        fn register(config: &mut ServiceConfig) {
            $(config.service($module::$handler);)*
        }
    };
}

routes! {
    summarize::summarize,
    translate::translate,
    detect::detect,
    languages::languages,
    models::list,
    models::show,
    models::load,
    models::unload,
    models::remove,
    pull::pull,
    jobs::submit,
    jobs::show,
    jobs::results,
    jobs::cancel,
    hugging_face::run,
    hugging_face::run_repository,
    libretranslate::translate,
    libretranslate::detect,
    libretranslate::languages,
    libretranslate::languages_posted,
    libretranslate::health,
    libretranslate::settings,
    openai::chat,
    openai::chat_of_model,
    openai::chat_of_repository,
    deepl::translate,
    deepl::languages,
    deepl::languages_posted,
    deepl::usage,
    deepl::usage_posted,
    health::live,
    health::ready,
    metrics::read,
    docs::document,
    docs::browse,
    page::index,
    page::asset,
}

/// How a key is sent, where the service has any.
struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(
            "A key of `breve keys create`. On an address of this machine alone none is needed, as long as there is none.",
        ));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(bearer.build()));
    }
}

/// The OpenAPI document.
pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// The OpenAPI 3.1 document, as indented JSON with a closing line break.
pub fn openapi_json() -> String {
    let mut json = serde_json::to_string_pretty(&openapi()).unwrap_or_default();
    json.push('\n');
    json
}

/// Every path and its methods, in capitals and in order.
pub(super) fn operations() -> Vec<(String, Vec<String>)> {
    let paths = serde_json::to_value(openapi().paths).unwrap_or_default();
    let methods = |item: &serde_json::Value| {
        item.as_object().into_iter().flat_map(|item| item.keys()).map(|method| method.to_uppercase()).collect()
    };
    paths.as_object().into_iter().flatten().map(|(path, item)| (path.clone(), methods(item))).collect()
}

/// Adds the routes, their state and what answers where there is no route.
pub fn configure(config: &mut ServiceConfig, state: Data<ApiState>) {
    config.app_data(state).configure(register).default_service(web::to(fallback::unknown));
}

/// The whole application, as it runs and as tests call it.
pub fn app(
    state: Data<ApiState>,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>,
> {
    let cors = gate::cors(&state.cors_origins);
    // The last one is the outermost: a refusal, too, has an id and can be read by the pages that may.
    App::new()
        .wrap(from_fn(gate::admit))
        .wrap(cors)
        .wrap(from_fn(envelope::wrap))
        .configure(|config| configure(config, state))
}
