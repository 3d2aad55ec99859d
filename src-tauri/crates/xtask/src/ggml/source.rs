//! CTranslate2's `model.bin` of versions 4 to 6: its variables by name, read row by row.
//!
//! Believes no size in the file before it has been compared with the file's length.

use crate::shell::{Failure, Outcome};
use half::f16;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;

/// More variables, or dimensions of one, than any model has.
const MOST_VARIABLES: u32 = 100_000;
const MOST_DIMENSIONS: u8 = 4;

/// The variables of a model and the file they lie in.
pub struct Source<R> {
    from: R,
    variables: BTreeMap<String, Variable>,
}

#[derive(Clone, Debug)]
struct Variable {
    shape: Vec<usize>,
    kind: Kind,
    /// Where its first value lies.
    at: u64,
}

/// CTranslate2's types of values that a weight can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    F32,
    I8,
    I16,
    I32,
    F16,
}

impl Kind {
    fn of(number: u8) -> Option<Self> {
        [Self::F32, Self::I8, Self::I16, Self::I32, Self::F16].get(usize::from(number)).copied()
    }

    fn bytes(self) -> usize {
        match self {
            Self::F32 | Self::I32 => 4,
            Self::I16 | Self::F16 => 2,
            Self::I8 => 1,
        }
    }

    fn value(self, bytes: &[u8]) -> f32 {
        match (self, bytes) {
            (Self::F32, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
            (Self::I32, &[a, b, c, d]) => i32::from_le_bytes([a, b, c, d]) as f32,
            (Self::F16, &[a, b]) => f16::from_le_bytes([a, b]).to_f32(),
            (Self::I16, &[a, b]) => f32::from(i16::from_le_bytes([a, b])),
            (_, bytes) => f32::from(bytes[0].cast_signed()),
        }
    }
}

impl Variable {
    fn rows(&self) -> usize {
        self.shape.first().copied().unwrap_or(1)
    }

    /// Values of one row.
    fn row(&self) -> usize {
        self.shape.iter().skip(1).product()
    }
}

impl<R: Read + Seek> Source<R> {
    /// Reads the list of variables.
    pub fn read(mut from: R) -> Outcome<Self> {
        let length = from.seek(SeekFrom::End(0))?;
        from.seek(SeekFrom::Start(0))?;
        let version = number(&mut from)?;
        if !(4..=6).contains(&version) {
            return Err(Failure::new(format!("the weights are in version {version} of their format; 4 to 6 are known.")));
        }
        let architecture = text(&mut from)?;
        if architecture != "WhisperSpec" {
            return Err(Failure::new(format!("the weights are those of a {}, not of a Whisper model.", architecture.escape_debug())));
        }
        number(&mut from)?;
        let mut source = Self { from, variables: BTreeMap::new() };
        for _ in 0..count(&mut source.from)? {
            source.read_variable(length)?;
        }
        source.read_aliases()?;
        Ok(source)
    }

    fn read_variable(&mut self, length: u64) -> Outcome {
        let name = text(&mut self.from)?;
        let dimensions = take::<1>(&mut self.from)?[0];
        if dimensions > MOST_DIMENSIONS {
            return Err(broken(&name));
        }
        let shape = (0..dimensions).map(|_| Ok(number(&mut self.from)? as usize)).collect::<Outcome<Vec<_>>>()?;
        let kind = Kind::of(take::<1>(&mut self.from)?[0]).ok_or_else(|| broken(&name))?;
        let bytes = u64::from(number(&mut self.from)?);
        let values = shape.iter().try_fold(1_u64, |product, size| product.checked_mul(*size as u64));
        if values.and_then(|values| values.checked_mul(kind.bytes() as u64)) != Some(bytes) {
            return Err(broken(&name));
        }
        let at = self.from.stream_position()?;
        if at + bytes > length {
            return Err(early());
        }
        self.from.seek(SeekFrom::Start(at + bytes))?;
        self.variables.insert(name, Variable { shape, kind, at });
        Ok(())
    }

    /// Second names of variables.
    fn read_aliases(&mut self) -> Outcome {
        for _ in 0..count(&mut self.from)? {
            let (alias, name) = (text(&mut self.from)?, text(&mut self.from)?);
            let variable = self.variable(&name)?.clone();
            self.variables.insert(alias, variable);
        }
        Ok(())
    }

    fn variable(&self, name: &str) -> Outcome<&Variable> {
        self.variables.get(name).ok_or_else(|| Failure::new(format!("the weights lack {}.", name.escape_debug())))
    }

    /// The shape of a variable that has to have `N` dimensions.
    pub fn shape<const N: usize>(&self, name: &str) -> Outcome<[usize; N]> {
        let shape = &self.variable(name)?.shape;
        <[usize; N]>::try_from(shape.as_slice()).map_err(|_| broken(name))
    }

    /// The shape of a variable.
    pub fn dimensions(&self, name: &str) -> Outcome<&[usize]> {
        Ok(&self.variable(name)?.shape)
    }

    /// How many layers one side of the model has.
    pub fn layers(&self, side: &str) -> usize {
        (0..).take_while(|layer| self.variables.contains_key(&format!("{side}/layer_{layer}/ffn/linear_0/weight"))).count()
    }

    /// Some rows of a weight as 32-bit numbers. Integers are divided by the scale that belongs to them: one of each row for
    /// eight bits, one of all for sixteen.
    pub fn rows(&mut self, name: &str, rows: Range<usize>) -> Outcome<Vec<f32>> {
        let variable = self.variable(name)?.clone();
        let mut values = self.plain(name, rows.clone())?;
        match variable.kind {
            Kind::F32 | Kind::F16 | Kind::I32 => {}
            Kind::I8 | Kind::I16 => {
                let scales = self.scales(&format!("{name}_scale"), rows, variable.rows())?;
                let row = variable.row();
                values.iter_mut().enumerate().for_each(|(at, value)| *value /= scales[at / row]);
            }
        }
        Ok(values)
    }

    /// A scale for each of some rows, whether there is one for each or one for all.
    fn scales(&mut self, name: &str, rows: Range<usize>, all: usize) -> Outcome<Vec<f32>> {
        let held: usize = self.variable(name)?.shape.iter().product();
        match held {
            1 => Ok(vec![self.plain(name, 0..1)?[0]; rows.len()]),
            _ if held == all => self.plain(name, rows),
            _ => Err(broken(name)),
        }
    }

    /// Some rows of a variable as they are stored.
    fn plain(&mut self, name: &str, rows: Range<usize>) -> Outcome<Vec<f32>> {
        let variable = self.variable(name)?.clone();
        if rows.end > variable.rows() {
            return Err(broken(name));
        }
        let row = variable.row() * variable.kind.bytes();
        self.from.seek(SeekFrom::Start(variable.at + (rows.start * row) as u64))?;
        let mut bytes = vec![0; rows.len() * row];
        self.from.read_exact(&mut bytes).map_err(|error| read_failure(&error))?;
        Ok(bytes.chunks_exact(variable.kind.bytes()).map(|bytes| variable.kind.value(bytes)).collect())
    }
}

fn take<const N: usize>(from: &mut impl Read) -> Outcome<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes).map_err(|error| read_failure(&error))?;
    Ok(bytes)
}

fn number(from: &mut impl Read) -> Outcome<u32> {
    Ok(u32::from_le_bytes(take(from)?))
}

fn count(from: &mut impl Read) -> Outcome<u32> {
    match number(from)? {
        count if count <= MOST_VARIABLES => Ok(count),
        count => Err(Failure::new(format!("the weights announce {count} variables: this is no model."))),
    }
}

/// A length in 16 bits that counts a final zero, then the text.
fn text(from: &mut impl Read) -> Outcome<String> {
    let length = u16::from_le_bytes(take(from)?);
    let mut bytes = vec![0; usize::from(length)];
    from.read_exact(&mut bytes).map_err(|error| read_failure(&error))?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned())
}

fn read_failure(error: &std::io::Error) -> Failure {
    if error.kind() == ErrorKind::UnexpectedEof { early() } else { Failure::new(error.to_string()) }
}

fn early() -> Failure {
    Failure::new("the weights end too early: a part is missing, or the parts are out of order.")
}

fn broken(name: &str) -> Failure {
    Failure::new(format!("the weights are damaged at {}.", name.escape_debug()))
}
