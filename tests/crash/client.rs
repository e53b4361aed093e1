//! A client that does not give up: it repeats with the same idempotency key until it gets an answer.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use carmen_fleet::Commands;

/// How long one step may take through all that dies.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long a token is used; it is valid for five minutes.
const TOKEN_AGE: Duration = Duration::from_secs(150);

/// The people of the demo as clients of the fleet.
#[derive(Debug)]
pub(crate) struct Client {
    url: String,
    http: reqwest::Client,
    commands: Commands,
    tokens: tokio::sync::Mutex<HashMap<String, (String, Instant)>>,
    troubles: Mutex<BTreeMap<String, u32>>,
}

impl Client {
    pub(crate) fn new(port: u16, commands: Commands) -> Self {
        Self {
            url: format!("http://127.0.0.1:{port}/graphql"),
            http: reqwest::Client::builder()
                .timeout(Duration::from_secs(20))
                .build()
                .expect("a client can be built"),
            commands,
            tokens: tokio::sync::Mutex::default(),
            troubles: Mutex::default(),
        }
    }

    /// What went wrong on the way, by its code.
    pub(crate) fn troubles(&self) -> BTreeMap<String, u32> {
        self.troubles.lock().expect("nobody panics with it").clone()
    }

    /// The data of a query.
    pub(crate) async fn read(&self, name: &str, query: &str, variables: Value) -> Value {
        let mut answer = self.answer(name, query, &variables).await;
        answer["data"].take()
    }

    /// The record that a mutation answers. It must not be refused; its input gets the key under which it is repeated.
    pub(crate) async fn change(
        &self,
        name: &str,
        (mutation, kind, noun): (&str, &str, &str),
        fields: &str,
        input: Value,
    ) -> Value {
        let answer = self.decided(name, (mutation, kind, &format!("{noun} {{ {fields} }}")), &input).await;
        assert_eq!(answer["userErrors"], json!([]), "{mutation} {input}: {answer}");
        answer[noun].clone()
    }

    /// The code with which a mutation is refused. It must not be accepted.
    pub(crate) async fn refused(
        &self,
        name: &str,
        (mutation, kind, _): (&str, &str, &str),
        input: Value,
    ) -> String {
        let answer = self.decided(name, (mutation, kind, ""), &input).await;
        let code = answer["userErrors"][0]["code"].as_str();
        code.unwrap_or_else(|| panic!("{mutation} {input} is refused")).to_owned()
    }

    /// What a mutation came to, yes or no.
    async fn decided(
        &self,
        name: &str,
        (mutation, kind, answer): (&str, &str, &str),
        input: &Value,
    ) -> Value {
        let mut input = input.clone();
        input["idempotencyKey"] = format!("{:032x}", rand::random::<u128>()).into();
        let query = format!(
            "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {answer} userErrors {{ code field message meta }} }} }}"
        );
        let until = Instant::now() + PATIENCE;
        loop {
            let mut answer = self.answer(name, &query, &json!({ "input": input })).await;
            let code = answer["data"][mutation]["userErrors"][0]["code"].as_str();
            // A service that another one needs to decide may be down: nothing was changed then.
            if code != Some("UPSTREAM_UNAVAILABLE") {
                return answer["data"][mutation].take();
            }
            assert!(Instant::now() < until, "{mutation} {input}: {answer}");
            self.note("a peer was down".to_owned()).await;
        }
    }

    /// The first answer without errors.
    async fn answer(&self, name: &str, query: &str, variables: &Value) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let trouble = match self.ask(name, query, variables).await {
                Ok(answer) if answer.get("errors").is_none() => return answer,
                Ok(answer) => {
                    let code = &answer["errors"][0]["extensions"]["code"];
                    assert_ne!(code, "FORBIDDEN", "{query}: {answer}");
                    assert_ne!(code, "GRAPHQL_VALIDATION_FAILED", "{query}: {answer}");
                    code.as_str().unwrap_or("no code").to_owned()
                }
                Err(error) if error.is_connect() => "no connection".to_owned(),
                Err(error) if error.is_timeout() => "no answer in time".to_owned(),
                Err(_) => "the connection broke".to_owned(),
            };
            assert!(Instant::now() < until, "{query}: {trouble}");
            self.note(trouble).await;
        }
    }

    async fn note(&self, trouble: String) {
        *self.troubles.lock().expect("nobody panics with it").entry(trouble).or_default() += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    async fn ask(&self, name: &str, query: &str, variables: &Value) -> reqwest::Result<Value> {
        let token = self.token(name).await;
        let body = json!({ "query": query, "variables": variables });
        self.http.post(&self.url).bearer_auth(token).json(&body).send().await?.json().await
    }

    async fn token(&self, name: &str) -> String {
        let mut tokens = self.tokens.lock().await;
        if let Some((token, since)) = tokens.get(name)
            && since.elapsed() < TOKEN_AGE
        {
            return token.clone();
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let issued = self.commands.run(&["token", "--user", &format!("{name}@andaman.example")]).await;
            if issued.is_success {
                tokens.insert(name.to_owned(), (issued.text.clone(), Instant::now()));
                return issued.text;
            }
            assert!(Instant::now() < until, "no token for {name}: {}", issued.text);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}
