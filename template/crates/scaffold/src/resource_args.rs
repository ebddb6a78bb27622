//! The arguments of `cargo scaffold resource`, before they are checked against the project.

use crate::{
    conflicts,
    names::{Names, Word},
    project::{Entity, Project},
    resource::{Field, Kind, Resource, Target, Writer},
};

/// The arguments of `cargo scaffold resource`.
#[derive(Default, PartialEq)]
pub struct ResourceArgs {
    /// The singular.
    pub name: String,
    /// `name:type`, with its mark.
    pub fields: Vec<String>,
    /// The plural, if the dictionary has it wrong.
    pub plural: Option<String>,
    /// Whether anyone may read the rows.
    pub public_read: bool,
    /// Whether rows have no owner, and administrators write them.
    pub admin: bool,
    /// Whether rows belong to organizations.
    pub organization: bool,
}

impl ResourceArgs {
    /// The words of the command line, each without spaces.
    pub fn to_words(&self) -> Vec<String> {
        let mut words = vec![self.name.clone()];
        words.extend(self.fields.iter().map(|field| field.replace(' ', "")));
        words.extend(
            self.plural
                .iter()
                .map(|plural| format!("--plural={plural}")),
        );
        words.extend(self.public_read.then(|| "--public-read".to_owned()));
        words.extend(self.admin.then(|| "--admin".to_owned()));
        words.extend(self.organization.then(|| "--organization".to_owned()));
        words
    }

    /// The resource, whose migration is named by this number.
    pub fn resource(&self, project: &Project, number: &str) -> Result<Resource, Vec<String>> {
        let mut errors = Vec::new();
        let fields = self.parse_fields(project, &mut errors);
        errors.extend(conflicts::of_fields(&fields, self.writer()));
        let names = match self.names() {
            Ok(names) => names,
            Err(error) => {
                errors.insert(0, error);
                return Err(errors);
            }
        };
        errors.extend(conflicts::of_indexes(&names, &fields, self.writer()));
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Resource {
            migration: format!("m{number}_{}", names.plural()),
            writer: self.writer(),
            public_read: self.public_read,
            names,
            fields,
        })
    }

    /// The resource's names.
    pub fn names(&self) -> Result<Names, String> {
        let plural = self.plural.as_deref().map(str::parse).transpose()?;
        Ok(Names::new(self.name.parse()?, plural))
    }

    fn writer(&self) -> Writer {
        if self.organization {
            Writer::Organization
        } else if self.admin {
            Writer::Admin
        } else {
            Writer::Owner
        }
    }

    fn parse_fields(&self, project: &Project, errors: &mut Vec<String>) -> Vec<Field> {
        let mut fields = Vec::new();
        for text in &self.fields {
            match text.parse().and_then(|field| self.resolved(field, project)) {
                Ok(field) => fields.push(field),
                Err(error) => errors.push(error),
            }
        }
        if self.fields.is_empty() {
            errors.push("a resource has at least one field, such as title:string!".to_owned());
        }
        fields
    }

    /// The field; a reference with the names that the other resource has in the project.
    fn resolved(&self, field: Field, project: &Project) -> Result<Field, String> {
        let Kind::References(target) = &field.kind else {
            return Ok(field);
        };
        let target = self.target(target.names.singular(), project);
        let target = target.map_err(|error| format!("{}: {error}", field.name))?;
        let kind = Kind::References(target);
        Ok(Field { kind, ..field })
    }

    fn target(&self, name: &str, project: &Project) -> Result<Target, String> {
        let mut resources = project.entities();
        resources.retain(Entity::is_resource);
        let Some(entity) = resources.iter().find(|entity| entity.module == name) else {
            let known: Vec<_> = resources.iter().map(|it| it.module.as_str()).collect();
            return Err(if known.is_empty() {
                format!("there is no resource {name}, nor any other yet")
            } else {
                let known = known.join(", ");
                format!("there is no resource {name}; the resources are {known}")
            });
        };
        let (writer, own) = (entity.writer(), self.writer());
        if writer != Writer::Admin && writer != own {
            let (owners, others) = (own.owners(), writer.owners());
            return Err(format!(
                "rows that belong to {owners} cannot refer to {name}, whose rows belong to {others}"
            ));
        }
        let plural: Word = entity.table.parse()?;
        let names = Names::new(name.parse()?, Some(plural));
        Ok(Target { names, writer })
    }
}
