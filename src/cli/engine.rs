/// How models are run; what is not given is left to the settings.
#[derive(Debug, clap::Args)]
pub(super) struct EngineArgs {
    /// What runs the models: our own runtime where it covers them, or the slower reference.
    #[arg(long, value_parser = ["auto", "reference"])]
    engine: Option<String>,
    /// The numbers that models compute with.
    #[arg(long, value_parser = ["auto", "f32", "bf16", "int8"])]
    precision: Option<String>,
}

impl EngineArgs {
    pub(super) fn runtime(&self) -> Option<String> {
        self.engine.clone()
    }

    pub(super) fn precision(&self) -> Option<String> {
        self.precision.clone()
    }
}
