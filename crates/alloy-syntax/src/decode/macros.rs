//! The macros by which a component states its arguments.

/// States the arguments of a component or block: a struct whose fields say how they are written in a configuration.
///
/// Every field starts with what it is:
///
/// | field | in the configuration | the field's type |
/// |---|---|---|
/// | `attr x: T` | `x = …`, required | any [`FromValue`](crate::FromValue) |
/// | `attr x: Option<T>` | `x = …`, optional | |
/// | `attr x: T = default` | `x = …`, optional | |
/// | `attr x: T = default => hidden` | the same; the component API leaves it out when it equals `hidden` | |
/// | `attr x as "y": T` | `y = …` | |
/// | `block x: T` | `x { … }`, once | any [`Arguments`](crate::Arguments) |
/// | `block x: Option<T>` | `x { … }`, at most once | |
/// | `block x: T = default` | `x { … }`, at most once | |
/// | `block x: Vec<T>` | `x { … }`, any number | |
/// | `choice x: Vec<C>` | blocks of several names, in order | any [`Choice`](crate::Choice) |
/// | `flatten x: T` | the fields of `T` as if they stood here | any [`Arguments`](crate::Arguments) |
/// | `label x: String` | the label of the block | |
///
/// After the struct may follow `refuse { name: "reason", }`, names that are refused with a reason, and
/// `check = function;`, called with the decoded arguments and the [`Fields`](crate::Fields) to object to.
///
/// The struct derives `Clone` and `Debug`; more can be named with `#[derive(…)]` after its documentation.
///
/// ```
/// use outpost_alloy_syntax::{Duration, Fields, Secret, arguments};
///
/// arguments! {
///     /// Where to push to.
///     pub struct Endpoint {
///         /// The address.
///         attr url: String,
///         /// How long an answer may take.
///         attr timeout: Duration = Duration::from_secs(30),
///         /// Who we are.
///         block basic_auth: Option<BasicAuth>,
///     }
///     refuse { sigv4: "requests are not signed for AWS; put a signing proxy in between", }
///     check = Self::check;
/// }
///
/// arguments! {
///     /// A user with a password.
///     pub struct BasicAuth {
///         /// The user.
///         attr username: Option<String>,
///         /// The password.
///         attr password: Option<Secret>,
///     }
/// }
///
/// impl Endpoint {
///     fn check(&self, fields: &mut Fields<'_, '_>) {
///         if self.timeout.as_nanos() <= 0 {
///             fields.object("timeout", "a timeout must be longer than zero");
///         }
///     }
/// }
/// ```
#[macro_export]
macro_rules! arguments {
    (
        $(#[doc = $doc:literal])*
        $(#[derive($($derive:path),* $(,)?)])?
        $vis:vis struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])*
                $kind:ident $field:ident $(as $rename:literal)?: $type:ty
                    $(= $default:expr $(=> $hidden:expr)?)?
            ),* $(,)?
        }
        $(refuse { $($refused:ident: $reason:literal),* $(,)? })?
        $(check = $check:path;)?
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug $($(, $derive)*)?)]
        $vis struct $name {
            $(
                $(#[doc = $field_doc])*
                $vis $field: $type,
            )*
        }

        impl $crate::Arguments for $name {
            fn schema() -> &'static $crate::Schema {
                static SCHEMA: $crate::Schema = $crate::Schema {
                    doc: &[$($doc),*],
                    fields: &[
                        $($crate::__field_schema!(
                            $kind, $crate::__field_name!($field $($rename)?), [$($field_doc),*],
                            $type $(, $default)?
                        ),)*
                        $($($crate::FieldSchema::Refused {
                            name: stringify!($refused),
                            reason: $reason,
                        },)*)?
                    ],
                };
                &SCHEMA
            }

            fn decode_fields(fields: &mut $crate::Fields<'_, '_>) -> Option<Self> {
                let before = fields.objections();
                $(let $field: Option<$type> = $crate::__decode_field!(
                    $kind, fields, $crate::__field_name!($field $($rename)?), $type $(, $default)?
                );)*
                $($(fields.refused(stringify!($refused), $reason);)*)?
                let decoded = Self { $($field: $field?),* };
                $($check(&decoded, fields);)?
                (fields.objections() == before).then_some(decoded)
            }

            fn encode_fields(&self, out: &mut Vec<$crate::Encoded>) {
                let _ = &out;
                $($crate::__encode_field!(
                    $kind, &self.$field, out, $crate::__field_name!($field $($rename)?), $type
                    $(, $default $(=> $hidden)?)?
                );)*
            }

            fn encode_label(&self) -> Option<&str> {
                None$(.or($crate::__encode_label!($kind, self.$field)))*
            }
        }
    };
}

/// States blocks of several names whose common order counts.
///
/// ```
/// use outpost_alloy_syntax::{arguments, choice};
///
/// arguments! {
///     /// Writes a label.
///     pub struct Label {
///         /// Its name.
///         attr name: String,
///     }
/// }
///
/// arguments! {
///     /// Drops lines.
///     pub struct Drop {
///         /// Those that contain this text.
///         attr text: String,
///     }
/// }
///
/// choice! {
///     /// A step of a pipeline.
///     pub enum Step {
///         /// Writes a label.
///         "step.label" => Label(Label),
///         /// Drops lines.
///         "step.drop" => Drop(Drop),
///     }
/// }
/// ```
#[macro_export]
macro_rules! choice {
    (
        $(#[doc = $doc:literal])*
        $(#[derive($($derive:path),* $(,)?)])?
        $vis:vis enum $name:ident {
            $(
                $(#[doc = $variant_doc:literal])*
                $block:literal => $variant:ident($type:ty)
            ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug $($(, $derive)*)?)]
        $vis enum $name {
            $(
                $(#[doc = $variant_doc])*
                $variant($type),
            )*
        }

        impl $crate::Choice for $name {
            fn variants() -> &'static [$crate::Variant] {
                static VARIANTS: &[$crate::Variant] = &[$($crate::Variant {
                    name: $block,
                    doc: &[$($variant_doc),*],
                    body: <$type as $crate::Arguments>::schema,
                }),*];
                VARIANTS
            }

            fn decode<'a>(
                name: &str,
                block: &'a $crate::Block,
                objections: &mut $crate::Objections<'a>,
            ) -> Option<Self> {
                match name {
                    $($block => objections.chosen::<$type>(block).map(Self::$variant),)*
                    _ => None,
                }
            }

            fn encode(&self) -> $crate::Encoded {
                match self {
                    $(Self::$variant(arguments) => $crate::Encoded::Block {
                        name: $block.into(),
                        label: $crate::Arguments::encode_label(arguments).map(Into::into),
                        body: $crate::Arguments::encode(arguments),
                    },)*
                }
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __field_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $rename:literal) => {
        $rename
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __field_schema {
    (attr, $name:expr, [$($doc:literal),*], $type:ty $(, $default:expr)?) => {
        $crate::FieldSchema::Attribute($crate::AttributeSchema {
            name: $name,
            doc: &[$($doc),*],
            takes: <$type as $crate::FromValue>::NAME,
            required: $crate::__last!(
                <$type as $crate::FromValue>::REQUIRED
                $(, { let _ = stringify!($default); false })?
            ),
            default: $crate::__last!(None $(, Some(stringify!($default)))?),
        })
    };
    (block, $name:expr, [$($doc:literal),*], $type:ty $(, $default:expr)?) => {
        $crate::FieldSchema::Block($crate::BlockSchema {
            name: $name,
            doc: &[$($doc),*],
            repeat: $crate::__last!(
                <$type as $crate::Blocks>::REPEAT
                $(, { let _ = stringify!($default); $crate::Repeat::Optional })?
            ),
            body: <$type as $crate::Blocks>::schema,
        })
    };
    (choice, $name:expr, [$($doc:literal),*], $type:ty) => {
        $crate::FieldSchema::Choice(<<$type as IntoIterator>::Item as $crate::Choice>::variants)
    };
    (flatten, $name:expr, [$($doc:literal),*], $type:ty) => {
        $crate::FieldSchema::Flatten(<$type as $crate::Arguments>::schema)
    };
    (label, $name:expr, [$($doc:literal),*], $type:ty) => {
        $crate::FieldSchema::Label { doc: &[$($doc),*] }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __last {
    ($only:expr) => {
        $only
    };
    ($first:expr, $last:expr) => {
        $last
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __decode_field {
    (attr, $fields:ident, $name:expr, $type:ty) => {
        $fields.attribute::<$type>($name, None)
    };
    (attr, $fields:ident, $name:expr, $type:ty, $default:expr) => {
        $fields.attribute::<$type>($name, Some(|| $default))
    };
    (block, $fields:ident, $name:expr, $type:ty) => {
        $fields.blocks::<$type>($name, None)
    };
    (block, $fields:ident, $name:expr, $type:ty, $default:expr) => {
        $fields.blocks::<$type>($name, Some(|| $default))
    };
    (choice, $fields:ident, $name:expr, $type:ty) => {
        $fields.choice::<<$type as IntoIterator>::Item>()
    };
    (flatten, $fields:ident, $name:expr, $type:ty) => {
        <$type as $crate::Arguments>::decode_fields($fields)
    };
    (label, $fields:ident, $name:expr, $type:ty) => {
        $fields.label()
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __encode_field {
    (attr, $value:expr, $out:ident, $name:expr, $type:ty) => {
        $crate::encode_attribute::<$type>(
            $value,
            <$type as $crate::FromValue>::absent(),
            $name,
            $out,
        )
    };
    (attr, $value:expr, $out:ident, $name:expr, $type:ty, $default:expr) => {
        $crate::encode_attribute::<$type>($value, Some($default), $name, $out)
    };
    (attr, $value:expr, $out:ident, $name:expr, $type:ty, $default:expr => $hidden:expr) => {
        $crate::encode_attribute::<$type>($value, Some($hidden), $name, $out)
    };
    (block, $value:expr, $out:ident, $name:expr, $type:ty) => {
        $crate::Blocks::encode($value, $name, None, $out)
    };
    (block, $value:expr, $out:ident, $name:expr, $type:ty, $default:expr) => {
        $crate::Blocks::encode($value, $name, Some(&$default), $out)
    };
    (choice, $value:expr, $out:ident, $name:expr, $type:ty) => {
        $out.extend($value.iter().map($crate::Choice::encode))
    };
    (flatten, $value:expr, $out:ident, $name:expr, $type:ty) => {
        $crate::Arguments::encode_fields($value, $out)
    };
    (label, $value:expr, $out:ident, $name:expr, $type:ty) => {};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __encode_label {
    (label, $field:expr) => {
        Some($field.as_str())
    };
    ($other:ident, $field:expr) => {
        None
    };
}
