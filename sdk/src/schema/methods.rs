//! How callers make a struct: `new`, and a setter for each property that may be left out.

/// Declares the functions with which callers make a struct.
///
/// First comes what `new` takes: arguments by place, or a struct of its own whose members are all required
/// properties, by name. Then each property that has a setter, with what it takes; after `..` the field for
/// members that the schema does not name. In brackets stands what takes the items of a list, after `@` what
/// takes those of an array, and after `*` what is put into a `Box`.
///
/// ```ignore
/// methods!(Input {
///     new(prompt: impl Into<String>, [images]: impl Into<Image>),
///     seed: i64, [loras]: impl Into<Lora>, @color: [impl Into<Integer>; 3], *child: impl Into<Node>, ..extra
/// });
/// methods!(Size { new(SizeRequired { width: i64, height: i64 }) });
/// ```
#[macro_export]
#[doc(hidden)]
macro_rules! methods {
    ($name:ident {
        new $new:tt
        $(, $($field:ident)? $([$list:ident])? $(@$array:ident)? $(*$boxed:ident)?: $ty:ty)*
        $(, ..$rest:ident $(: $value:ty)?)?
        $(, ..[$rest_list:ident]: $items:ty)?
        $(, ..@$rest_array:ident: $array_of:ty)?
        $(,)?
    }) => {
        $crate::new!($name $new);

        $crate::setters!(#[inline] $name {
            $($($field)? $([$list])? $(@$array)? $(*$boxed)?: $ty),*
        });

        impl $name {
            $(
                /// Adds a member that the schema does not name.
                #[must_use]
                #[inline]
                pub fn $rest(mut self, key: impl Into<String>, value: $crate::member!($($value)?)) -> Self {
                    $crate::schema::runtime::Others::add(&mut self.$rest, key.into(), value.into());
                    self
                }
            )?
            $(
                /// Adds a member that the schema does not name.
                #[must_use]
                pub fn $rest_list(
                    mut self,
                    key: impl Into<String>,
                    values: impl IntoIterator<Item = $items>,
                ) -> Self {
                    self.$rest_list.insert(key.into(), values.into_iter().map(Into::into).collect());
                    self
                }
            )?
            $(
                /// Adds a member that the schema does not name.
                #[must_use]
                pub fn $rest_array(mut self, key: impl Into<String>, values: $array_of) -> Self {
                    self.$rest_array.insert(key.into(), values.map(Into::into));
                    self
                }
            )?
        }
    };
}

/// The setters of some properties; all of them have the attribute.
#[macro_export]
#[doc(hidden)]
macro_rules! setters {
    (#$attribute:tt $name:ident {
        $($($field:ident)? $([$list:ident])? $(@$array:ident)? $(*$boxed:ident)?: $ty:ty),* $(,)?
    }) => {
        #[allow(deprecated, reason = "a setter that is deprecated sets what is deprecated with it")]
        impl $name {
            $(
                $(
                    #[doc = $crate::sets!($field)]
                    #[must_use]
                    #$attribute
                    pub fn $field(mut self, value: $ty) -> Self {
                        self.$field = Some(value.into());
                        self
                    }
                )?
                $(
                    #[doc = $crate::sets!($list)]
                    #[must_use]
                    #$attribute
                    pub fn $list(mut self, values: impl IntoIterator<Item = $ty>) -> Self {
                        self.$list = Some(values.into_iter().map(Into::into).collect());
                        self
                    }
                )?
                $(
                    #[doc = $crate::sets!($array)]
                    #[must_use]
                    #$attribute
                    pub fn $array(mut self, values: $ty) -> Self {
                        self.$array = Some(values.map(Into::into));
                        self
                    }
                )?
                $(
                    #[doc = $crate::sets!($boxed)]
                    #[must_use]
                    #$attribute
                    pub fn $boxed(mut self, value: $ty) -> Self {
                        self.$boxed = Some(Box::new(value.into()));
                        self
                    }
                )?
            )*
        }
    };
}

/// The function `new` of a struct, and what goes with it.
#[macro_export]
#[doc(hidden)]
macro_rules! new {
    ($name:ident ()) => {
        impl Default for $name {
            fn default() -> Self {
                $crate::schema::runtime::Blank::blank()
            }
        }

        impl $name {
            /// Creates a value with no properties set.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }
        }
    };
    ($name:ident ($required:ident { $($member:ident: $ty:ty),+ $(,)? })) => {
        #[doc = concat!("The required properties of [`", stringify!($name), "`].")]
        #[derive(Clone, PartialEq)]
        pub struct $required {
            $(
                #[doc = concat!("[`", stringify!($name), "::", stringify!($member), "`]")]
                pub $member: $ty,
            )+
        }

        $crate::show_members!($required { $($member),+ });

        impl $name {
            /// Creates a value from its required properties; no others are set.
            #[must_use]
            #[allow(clippy::needless_update, reason = "all fields may be required")]
            pub fn new(required: $required) -> Self {
                let $required { $($member),+ } = required;
                Self { $($member,)+ ..$crate::schema::runtime::Blank::blank() }
            }
        }
    };
    ($name:ident (
        $($($field:ident)? $([$list:ident])? $(@$array:ident)? $(*$boxed:ident)?: $ty:ty),+ $(,)?
    )) => {
        impl $name {
            /// Creates a value from its required properties; no others are set.
            #[must_use]
            #[allow(clippy::needless_update, reason = "all fields may be required")]
            pub fn new(
                $(
                    $($field: $ty)?
                    $($list: impl IntoIterator<Item = $ty>)?
                    $($array: $ty)?
                    $($boxed: $ty)?
                ),+
            ) -> Self {
                Self {
                    $(
                        $($field: $field.into(),)?
                        $($list: $list.into_iter().map(Into::into).collect(),)?
                        $($array: $array.map(Into::into),)?
                        $($boxed: Box::new($boxed.into()),)?
                    )+
                    ..$crate::schema::runtime::Blank::blank()
                }
            }
        }
    };
}

/// What the docs of a setter say.
#[macro_export]
#[doc(hidden)]
macro_rules! sets {
    ($field:ident) => {
        concat!("Sets [`", stringify!($field), "`](field@Self::", stringify!($field), ").")
    };
}

/// What a member may be that the schema does not name.
#[macro_export]
#[doc(hidden)]
macro_rules! member {
    () => { impl Into<$crate::schema::runtime::Value> };
    ($value:ty) => { $value };
}
