//! The shapes of what clients may send for one value: JSON, or text as forms have it.

use std::borrow::Cow;

use utoipa::__dev::ComposeSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder, Ref, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::super::body::{Decimal, Flag, Many, Number};
use super::shapes::{FLAG_WORDS, word, words};
use crate::words::Words;

fn plain(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind)
}

fn text(pattern: &str) -> ObjectBuilder {
    plain(Type::String).pattern(Some(pattern))
}

impl ToSchema for Flag {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Flag")
    }
}

impl PartialSchema for Flag {
    fn schema() -> RefOr<Schema> {
        AnyOfBuilder::new()
            .item(plain(Type::Boolean))
            .item(words(&FLAG_WORDS))
            .item(plain(Type::Number))
            .item(plain(Type::Null))
            .description(Some(
                "Yes or no: any number but 0 is yes; null and empty are no.",
            ))
            .into()
    }
}

impl ToSchema for Number {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Number")
    }
}

impl PartialSchema for Number {
    fn schema() -> RefOr<Schema> {
        // All that 64 bits hold, but for some leading zeros.
        let digits = "^([+-]?([0-9]{1,18}|[1-8][0-9]{18}|9[01][0-9]{17}|92[01][0-9]{16}))?$";
        AnyOfBuilder::new()
            .item(
                plain(Type::Integer)
                    .minimum(Some(i64::MIN))
                    .maximum(Some(i64::MAX)),
            )
            .item(text(digits))
            .item(plain(Type::Null))
            .description(Some(
                "A whole number, ids as well; null and empty are none.",
            ))
            .into()
    }
}

impl ToSchema for Decimal {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Decimal")
    }
}

impl PartialSchema for Decimal {
    fn schema() -> RefOr<Schema> {
        AnyOfBuilder::new()
            .item(plain(Type::Number))
            .item(text(r"^([+-]?[0-9]+(\.[0-9]+)?)?$"))
            .item(plain(Type::Null))
            .description(Some("A number; null and empty are none."))
            .into()
    }
}

/// The address of the shape of `T`; the shape itself where it is a plain one.
fn one<T: ToSchema>() -> RefOr<Schema> {
    match T::schema() {
        plain @ RefOr::T(Schema::Object(_)) if T::name() == "String" => plain,
        _ => RefOr::Ref(Ref::from_schema_name(T::name())),
    }
}

impl<T: ToSchema> ToSchema for Many<T> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Many")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        if matches!(one::<T>(), RefOr::Ref(_)) {
            schemas.push((T::name().into_owned(), T::schema()));
        }
        T::schemas(schemas);
    }
}

impl<T: ToSchema> ComposeSchema for Many<T> {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        many(&one::<T>()).into()
    }
}

fn many(item: &RefOr<Schema>) -> AnyOfBuilder {
    let by_place = ObjectBuilder::new()
        .property_names(Some(text("^[0-9]{1,9}$")))
        .additional_properties(Some(item.clone()));
    AnyOfBuilder::new()
        .item(ArrayBuilder::new().items(item.clone()))
        .item(by_place)
        .item(item.clone())
        .item(plain(Type::Null))
        .description(Some(
            "A list, an object with positions as names, or a single one. In a form: `name[]=a&name[]=b`.",
        ))
}

/// Several words of `T`, or none.
pub(in crate::http::api) fn words_or_null<T: Words>() -> AnyOfBuilder {
    many(&word::<T>().into())
}
