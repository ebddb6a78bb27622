use std::{collections::BTreeMap, sync::atomic::AtomicUsize, sync::atomic::Ordering};

use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value};

use super::{Answer, Client, TestApp};

/// Ids of rows, by the name of the parameter that takes them.
pub type Ids<T = String> = BTreeMap<String, T>;

/// The parameters that say whose rows a path is about.
const OWNERS: [&str; 3] = ["user_id", "organization_id", "team_id"];

/// The OpenAPI document: what there is to call, and with what.
pub struct Document(Value);

/// An operation of the document.
#[derive(Clone, Debug)]
pub struct Operation {
    pub id: String,
    pub method: Method,
    pub path: String,
    described: Value,
}

impl Operation {
    /// Whether it belongs to the user or the organization that the path names.
    pub fn is_owned(&self) -> bool {
        OWNERS.iter().any(|owner| self.takes(owner))
    }

    /// Whether it needs credentials.
    pub fn is_closed(&self) -> bool {
        let ways = self.described["security"].as_array().unwrap();
        !ways.is_empty() && !ways.contains(&Value::Object(Map::new()))
    }

    /// Whether invalid credentials are rejected.
    pub fn looks_at_credentials(&self) -> bool {
        !self.described["security"].as_array().unwrap().is_empty()
    }

    /// Whether its document says that it may answer so.
    pub fn answers(&self, status: &str) -> bool {
        !self.described["responses"][status].is_null()
    }

    /// Whether it takes this parameter, which several operations share.
    pub fn takes(&self, parameter: &str) -> bool {
        let parameters = self.described["parameters"].as_array();
        let shared = format!("#/components/parameters/{parameter}");
        let is_it = |it: &Value| it["$ref"] == shared || it["name"] == parameter;
        parameters.is_some_and(|parameters| parameters.iter().any(is_it))
    }

    /// The names of the ids in its path, but for the owner's.
    pub fn ids(&self) -> Vec<String> {
        let names = self.path.split('/').filter_map(|segment| {
            let name = segment.strip_prefix('{')?.strip_suffix('}')?;
            (!OWNERS.contains(&name)).then(|| name.to_owned())
        });
        names.collect()
    }

    /// Its path with these values in the place of parameters; the owner `me` is the client, and
    /// the client's organization, whose only team has the same id.
    pub fn path_with(&self, client: &Client, owner: &str, ids: &Ids) -> String {
        let organization = match owner {
            "me" => client.organization(),
            other => other,
        };
        let path = self.path.replace("{user_id}", owner);
        let path = path.replace("{organization_id}", organization);
        let mut path = path.replace("{team_id}", organization);
        for (name, id) in ids {
            path = path.replace(&format!("{{{name}}}"), id);
        }
        assert!(!path.contains('{'), "nobody knows the ids of {path}");
        path
    }

    fn makes_rows(&self) -> bool {
        let located = &self.described["responses"]["201"]["headers"]["Location"];
        self.method == Method::POST && self.ids().is_empty() && !located.is_null()
    }
}

impl Document {
    pub async fn of(app: &TestApp) -> Self {
        Self(app.anonymous().get("/openapi.json").await.ok())
    }

    pub fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, item) in self.0["paths"].as_object().unwrap() {
            for (method, described) in item.as_object().unwrap() {
                operations.push(Operation {
                    id: described["operationId"].as_str().unwrap().to_owned(),
                    method: method.to_uppercase().parse().unwrap(),
                    path: path.clone(),
                    described: described.clone(),
                });
            }
        }
        operations
    }

    /// Those on a row of a user or an organization.
    pub fn operations_on_rows(&self) -> Vec<Operation> {
        let mut operations = self.operations();
        operations.retain(|operation| operation.is_owned() && !operation.ids().is_empty());
        operations
    }

    /// A body that is right: what is required, as the examples have it, and ids of these rows.
    pub fn body(&self, operation: &Operation, ids: &Ids) -> Option<Value> {
        let schema = self.body_schema(operation)?;
        let mut body = Map::new();
        for (name, field) in schema["properties"].as_object().unwrap() {
            let is_required = schema["required"].as_array();
            let is_required = is_required.is_some_and(|all| all.contains(&name.as_str().into()));
            if let Some(id) = refers_to(field).and_then(|kind| ids.get(&kind)) {
                let id = Value::from(id.as_str());
                let is_list = field["type"] == "array";
                body.insert(name.clone(), if is_list { vec![id].into() } else { id });
            } else if is_required {
                body.insert(name.clone(), self.example(name, field));
            }
        }
        Some(body.into())
    }

    /// Whether a body of it holds ids of such rows that have an owner.
    pub fn body_names_rows(&self, operation: &Operation, ids: &Ids) -> bool {
        let makers = self.makers();
        let has_owner = |kind: &String| makers.get(kind).is_some_and(Operation::is_owned);
        let schema = self.body_schema(operation);
        let fields = schema.and_then(|schema| schema["properties"].as_object());
        let mut fields = fields.into_iter().flat_map(Map::values);
        let names = |kind: String| ids.contains_key(&kind) && has_owner(&kind);
        fields.any(|field| refers_to(field).is_some_and(names))
    }

    /// The kinds of rows whose ids a body of it must hold.
    fn needs(&self, operation: &Operation) -> Vec<String> {
        let Some(schema) = self.body_schema(operation) else {
            return Vec::new();
        };
        let required = schema["required"].as_array().into_iter().flatten();
        let fields = required.filter_map(|name| schema["properties"].get(name.as_str()?));
        fields.filter_map(refers_to).collect()
    }

    fn body_schema<'a>(&'a self, operation: &'a Operation) -> Option<&'a Value> {
        let content = &operation.described["requestBody"]["content"]["application/json"];
        Some(self.resolve(content.get("schema")?))
    }

    /// Texts differ each time: names may have to be unique.
    fn example(&self, name: &str, field: &Value) -> Value {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let schema = self.resolve(field);
        let example = match &schema["example"] {
            Value::Null => &schema["examples"][0],
            example => example,
        };
        match example {
            Value::Null if schema["type"] == "array" => Value::Array(Vec::new()),
            Value::Null if schema["enum"].is_array() => schema["enum"][0].clone(),
            Value::Null => panic!("give the field {name} an example: {schema}"),
            Value::String(text) if schema["format"].is_null() => {
                format!("{text} {}", NEXT.fetch_add(1, Ordering::Relaxed)).into()
            }
            example => example.clone(),
        }
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(place) => self.0.pointer(&place[1..]).unwrap(),
            None => schema,
        }
    }

    /// Adds a row of each kind, and returns their ids.
    pub async fn rows_of(&self, client: &Client) -> Ids {
        let mut ids = Ids::new();
        for (kind, make) in self.makers() {
            if make.is_owned() && !ids.contains_key(&kind) {
                self.add_row(client, &kind, &mut ids).await;
            }
        }
        ids
    }

    /// Adds a row of the kind whose ids have this name, and returns its id.
    pub async fn add(client: &Client, kind: &str) -> String {
        let document = Self(client.get("/openapi.json").await.ok());
        let mut ids = Ids::new();
        document.add_row(client, kind, &mut ids).await;
        ids.remove(kind).unwrap()
    }

    /// What makes rows, by the name of their ids.
    fn makers(&self) -> Ids<Operation> {
        let operations = self.operations();
        let makers = operations.iter().filter(|operation| operation.makes_rows());
        let kind = |make: &Operation| {
            let rows = format!("{}/{{", make.path);
            let mut paths = operations.iter().map(|operation| &operation.path);
            let row = paths.find_map(|path| path.strip_prefix(&rows)).unwrap();
            (row.split_once('}').unwrap().0.to_owned(), make.clone())
        };
        makers.map(kind).collect()
    }

    /// Adds a row, and before it those that it has to refer to. Administrators add what has no owner.
    async fn add_row(&self, client: &Client, kind: &str, ids: &mut Ids) {
        let make = &self.makers()[kind];
        let admin = client.as_admin();
        let maker = if make.is_owned() { client } else { &admin };
        let needs = self.needs(make);
        for need in &needs {
            if !ids.contains_key(need) {
                Box::pin(self.add_row(client, need, ids)).await;
            }
        }
        let needed = needs.iter().map(|need| (need.clone(), ids[need].clone()));
        let answer = self
            .call(maker, make, "me", &Ids::new(), &needed.collect())
            .await;
        answer.created();
        let (_, id) = answer.header("location").rsplit_once('/').unwrap();
        ids.insert(kind.to_owned(), id.to_owned());
    }

    /// Everything that the rows are, as their owner sees it.
    pub async fn look(&self, client: &Client, ids: &Ids) -> Vec<Value> {
        let mut rows = Vec::new();
        for operation in self.operations_on_rows() {
            if operation.method == Method::GET && operation.ids().len() == 1 {
                let nothing = Ids::new();
                let answer = self.call(client, &operation, "me", ids, &nothing).await;
                rows.push(answer.ok());
            }
        }
        rows
    }

    /// Where one row is put on another, some operations need it to be there.
    pub async fn connect(&self, client: &Client, operation: &Operation, ids: &Ids) {
        let (parent, _) = operation.path.rsplit_once('/').unwrap();
        let operations = self.operations();
        let mut connects = operations.iter().filter(|other| {
            other.method == Method::POST && other.path == parent && !other.ids().is_empty()
        });
        if let Some(connect) = connects.next() {
            self.call(client, connect, "me", ids, ids).await.created();
        }
    }

    /// Calls an operation on rows, with other rows in its body.
    pub async fn call(
        &self,
        client: &Client,
        operation: &Operation,
        owner: &str,
        rows: &Ids,
        in_body: &Ids,
    ) -> Answer {
        Answer::of(self.request(client, operation, owner, rows, in_body)).await
    }

    /// The same, to be refined by hand.
    pub fn request(
        &self,
        client: &Client,
        operation: &Operation,
        owner: &str,
        rows: &Ids,
        in_body: &Ids,
    ) -> RequestBuilder {
        let path = operation.path_with(client, owner, rows);
        let request = client.request(operation.method.clone(), &path);
        match self.body(operation, in_body) {
            Some(body) => request
                .header("content-type", "application/json")
                .body(body.to_string()),
            None => request,
        }
    }
}

/// The name that the ids of rows have that a field holds: `note_id` for those of a `NoteId`.
fn refers_to(field: &Value) -> Option<String> {
    let reference = [field, &field["items"], &field["oneOf"][1]]
        .into_iter()
        .find_map(|schema| schema["$ref"].as_str())?;
    let name = reference.rsplit('/').next()?.strip_suffix("Id")?;
    let mut kind = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !kind.is_empty() {
            kind.push('_');
        }
        kind.extend(c.to_lowercase());
    }
    Some(kind + "_id")
}
