//! A resource as it was asked for, before anybody looked whether it can be.

use crate::{
    clashes,
    names::{Names, Word},
    project::{Entity, Project},
    resource::{Access, Field, Kind, Resource, Target, Writer},
};

/// The arguments of `cargo scaffold resource`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The singular.
    pub name: String,
    /// `name:type`, with its mark.
    pub fields: Vec<String>,
    /// Where the rules of English do not give it.
    pub plural: Option<String>,
    /// Whether everybody may read.
    pub public_read: bool,
    /// Whether administrators write, not owners.
    pub admin: bool,
}

impl Wish {
    /// The arguments again, each without spaces.
    #[must_use]
    pub fn to_arguments(&self) -> Vec<String> {
        let fields = self.fields.iter().map(|field| field.replace(' ', ""));
        let plural = self
            .plural
            .iter()
            .map(|plural| format!("--plural={plural}"));
        let switches = [(self.public_read, "--public-read"), (self.admin, "--admin")];
        let switches = switches.into_iter().filter(|(is_on, _)| *is_on);
        [self.name.clone()]
            .into_iter()
            .chain(fields)
            .chain(plural)
            .chain(switches.map(|(_, switch)| switch.to_owned()))
            .collect()
    }

    /// The resource. Its migration gets a name by `number`, which tells when it comes.
    ///
    /// # Errors
    /// Everything that is wrong with the arguments, by themselves and in this project.
    pub fn resource(&self, project: &Project, number: &str) -> Result<Resource, Vec<String>> {
        let mut faults = Vec::new();
        let fields = self.parse_fields(project, &mut faults);
        faults.extend(clashes::of_fields(&fields));
        let names = self.names();
        match &names {
            Ok(names) => faults.extend(clashes::of_indexes(names, &fields)),
            Err(fault) => faults.insert(0, fault.clone()),
        }
        match names {
            Ok(names) if faults.is_empty() => Ok(Resource {
                migration: format!("m{number}_{}", names.plural()),
                access: self.access(),
                names,
                fields,
            }),
            _ => Err(faults),
        }
    }

    /// What it is called.
    ///
    /// # Errors
    /// When a name is none.
    pub fn names(&self) -> Result<Names, String> {
        let plural = self.plural.as_deref().map(str::parse).transpose()?;
        Ok(Names::new(self.name.parse()?, plural))
    }

    fn access(&self) -> Access {
        Access {
            writer: if self.admin {
                Writer::Admin
            } else {
                Writer::Owner
            },
            public_read: self.public_read,
        }
    }

    fn parse_fields(&self, project: &Project, faults: &mut Vec<String>) -> Vec<Field> {
        let mut fields = Vec::new();
        for text in &self.fields {
            let field = text.parse().and_then(|field| self.resolved(field, project));
            match field {
                Ok(field) => fields.push(field),
                Err(fault) => faults.push(fault),
            }
        }
        if self.fields.is_empty() {
            faults.push("a resource has at least one field, such as title:string!".to_owned());
        }
        fields
    }

    /// The field; where it refers to a resource, by the names that this one has in the project.
    fn resolved(&self, field: Field, project: &Project) -> Result<Field, String> {
        let Kind::References(target) = &field.kind else {
            return Ok(field);
        };
        let target = self.target(target.names.singular(), project);
        let target = target.map_err(|fault| format!("{}: {fault}", field.name))?;
        let kind = Kind::References(target);
        Ok(Field { kind, ..field })
    }

    fn target(&self, name: &str, project: &Project) -> Result<Target, String> {
        let mut resources = project.entities();
        resources.retain(Entity::is_resource);
        let Some(entity) = resources.iter().find(|entity| entity.module == name) else {
            let known: Vec<_> = resources.iter().map(|it| it.module.as_str()).collect();
            return Err(match known.is_empty() {
                true => format!("there is no resource {name}, nor any other yet"),
                false => format!(
                    "there is no resource {name}; resources are {}",
                    known.join(", ")
                ),
            });
        };
        let owned = entity.has("user_id");
        if self.admin && owned {
            return Err(format!(
                "everybody's rows cannot refer to {name}, whose rows have owners"
            ));
        }
        let plural: Word = entity.table.parse()?;
        let names = Names::new(name.parse()?, Some(plural));
        Ok(Target { names, owned })
    }
}
