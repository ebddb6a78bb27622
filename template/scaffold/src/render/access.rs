//! Who reads and writes, in the words of code.

use crate::resource::{Resource, Writer};

/// What follows from a resource's access.
pub struct Actors {
    /// Whether rows have an owner.
    pub is_owned: bool,
    /// Whether everybody reads them.
    pub is_public: bool,
}

impl Actors {
    pub fn of(resource: &Resource) -> Self {
        Self {
            is_owned: resource.access.writer == Writer::Owner,
            is_public: resource.access.public_read,
        }
    }

    pub fn has_conditions(&self) -> bool {
        self.is_public || !self.is_owned
    }

    /// What the repository needs of the traits of tables.
    pub fn traits(&self) -> &'static str {
        match (self.is_owned, self.is_public) {
            (true, false) => "Owned",
            (true, true) => "Owned, Reader",
            (false, _) => "Reader, Writer",
        }
    }

    /// What the repository needs of types.
    pub fn types(&self) -> impl Iterator<Item = &'static str> {
        let everybody = self.is_public.then_some("Everybody");
        let writer: &[&str] = match self.is_owned {
            true => &["UserUuid"],
            false => &["Admin", "Granted", "UserUuid"],
        };
        everybody.into_iter().chain(writer.iter().copied())
    }

    /// Which rows whom the table knows reaches.
    pub fn impls(&self) -> String {
        let mut impls = String::new();
        impls += match self.is_owned {
            true => {
                "impl Owned for $module::Entity {\n    \
                 const USER_ID: $module::Column = $module::Column::UserId;\n}\n\n"
            }
            false => {
                "impl Reader<$module::Entity> for Granted<Admin> {\n    \
                 fn reach(self) -> Condition {\n        Condition::all()\n    }\n}\n\n\
                 impl Writer<$module::Entity> for Granted<Admin> {}\n\n\
                 /// Rows of users may refer to those that are live.\n\
                 impl Reader<$module::Entity> for UserUuid {\n    \
                 fn reach(self) -> Condition {\n        \
                 Condition::all().add($module::Column::DeletedAt.is_null())\n    }\n}\n\n"
            }
        };
        if self.is_public {
            impls += "impl Reader<$module::Entity> for Everybody {\n    \
                      fn reach(self) -> Condition {\n        \
                      Condition::all().add($module::Column::DeletedAt.is_null())\n    }\n}\n\n";
        }
        impls
    }

    pub fn writer_parameter(&self) -> &'static str {
        match self.is_owned {
            true => "owner: UserUuid",
            false => "_: Granted<Admin>",
        }
    }

    pub fn reader_parameter(&self) -> String {
        match (self.is_owned, self.is_public) {
            (true, false) => "owner: UserUuid",
            (false, false) => "admin: Granted<Admin>",
            (_, true) => "reader: impl Reader<$module::Entity>",
        }
        .to_owned()
    }

    pub fn reader_name(&self) -> &'static str {
        match (self.is_owned, self.is_public) {
            (true, false) => "owner",
            (false, false) => "admin",
            (_, true) => "reader",
        }
    }

    pub fn listed(&self, resource: &Resource) -> String {
        let many = resource.names.plural_words();
        match (self.is_owned, self.is_public) {
            (true, false) => format!("the owner's {many}"),
            (false, false) => format!("all {many}"),
            (_, true) => format!("the {many} that the reader reaches"),
        }
    }

    /// All that makes a list what it is. Who reads comes into it where that is somebody's own list:
    /// a cursor gives no access.
    pub fn list(&self, resource: &Resource, sorts: bool) -> String {
        let table = resource.names.plural();
        let owner = match (self.is_owned, self.is_public) {
            (true, false) => "owner, ",
            _ => "",
        };
        let sort = if sorts { "sort" } else { "order" };
        format!("\"{table}\", {owner}filter, {sort}")
    }
}
