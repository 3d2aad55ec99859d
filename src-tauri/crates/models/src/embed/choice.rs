//! On what a model is run: a device when it works, gives the CPU's vectors and is faster, else the CPU, and why.
//!
//! A pure function of what was measured; it starts and measures nothing.

use winnow_contract::Words;
use winnow_contract::model::ProviderRow;

/// The provider that is always there.
pub const CPU: &str = "cpu";
/// A device whose vectors are less like the CPU's than this is not used.
const ALIKE: f32 = 0.999;

/// How a device did.
#[derive(Clone, Debug, PartialEq)]
pub enum Trial {
    /// The runtime was built without it.
    NotThere,
    /// It could not be started or broke, with why.
    Failed(String),
    Ran {
        texts_per_second: f32,
        /// The least cosine of a text's two vectors.
        cosine: f32,
    },
}

/// The position of the first device that is fit, with its row, else none with the CPU's. The row says why nothing better
/// was taken: of several devices the first that is there at all is the one worth a sentence.
pub fn choose(cpu: f32, trials: &[(String, Trial)]) -> (Option<usize>, ProviderRow) {
    let mut why = None;
    for (at, (name, trial)) in trials.iter().enumerate() {
        match verdict(cpu, name, trial) {
            Ok(texts_per_second) => {
                let row = ProviderRow { name: name.clone(), texts_per_second, why: why.unwrap_or_else(|| Words::new("provider_best")) };
                return (Some(at), row);
            }
            Err(reason) if why.is_none() || (*trial != Trial::NotThere && is_absence(why.as_ref())) => why = Some(reason),
            Err(_) => {}
        }
    }
    let why = why.unwrap_or_else(|| Words::new("gpu_not_wanted"));
    (None, ProviderRow { name: CPU.to_owned(), texts_per_second: cpu, why })
}

/// The speed of a fit device, else why it is not.
fn verdict(cpu: f32, name: &str, trial: &Trial) -> Result<f32, Words> {
    match trial {
        Trial::NotThere => Err(Words::new("gpu_not_there").with("provider", name)),
        Trial::Failed(why) => Err(Words::new("gpu_failed").with("provider", name).with("why", super::first_line(why))),
        Trial::Ran { cosine, .. } if cosine.is_nan() || *cosine < ALIKE => {
            Err(Words::new("gpu_differs").with("provider", name).with("cosine", format!("{cosine:.4}")))
        }
        Trial::Ran { texts_per_second, .. } if *texts_per_second <= cpu => {
            let words = Words::new("gpu_slower").with("provider", name);
            Err(words.with("texts", format!("{texts_per_second:.0}")).with("cpu", format!("{cpu:.0}")))
        }
        Trial::Ran { texts_per_second, .. } => Ok(*texts_per_second),
    }
}

fn is_absence(why: Option<&Words>) -> bool {
    why.is_some_and(|why| why.code == "gpu_not_there")
}

/// The least cosine between vectors of unit length, pair by pair; no number when there are not as many of both.
pub fn least_cosine(one: &[Vec<f32>], other: &[Vec<f32>]) -> f32 {
    if one.len() != other.len() {
        return f32::NAN;
    }
    let cosine = |(a, b): (&Vec<f32>, &Vec<f32>)| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    one.iter().zip(other).map(cosine).fold(1.0, |least, next| if next.is_nan() { next } else { least.min(next) })
}

/// Texts of different lengths for a trial: about 70 tokens on average, as paragraphs have.
pub fn samples(count: usize) -> Vec<String> {
    let words = ["The", "parish", "register", "of", "1893", "was", "found", "in", "the", "tower", "after", "a", "flood,"];
    (0..count).map(|at| (0..20 + at * 3).map(|word| words[(at + word) % words.len()]).collect::<Vec<_>>().join(" ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(texts_per_second: f32, cosine: f32) -> Trial {
        Trial::Ran { texts_per_second, cosine }
    }

    #[test]
    fn a_device_is_used_when_it_works_agrees_and_is_faster() {
        let check = |trials: &[(&str, Trial)], name: &str, speed: f32, why: &str| {
            let trials: Vec<_> = trials.iter().map(|(name, trial)| ((*name).to_owned(), trial.clone())).collect();
            let (chosen, row) = choose(100.0, &trials);
            assert_eq!((row.name.as_str(), row.texts_per_second, row.why.code.as_str()), (name, speed, why), "{trials:?}");
            assert_eq!(chosen.map_or("cpu", |at| trials[at].0.as_str()), name);
        };
        check(&[], "cpu", 100.0, "gpu_not_wanted");
        check(&[("cuda", Trial::NotThere)], "cpu", 100.0, "gpu_not_there");
        check(&[("cuda", Trial::Failed("no driver".to_owned()))], "cpu", 100.0, "gpu_failed");
        check(&[("cuda", ran(900.0, 0.998))], "cpu", 100.0, "gpu_differs");
        check(&[("cuda", ran(900.0, f32::NAN))], "cpu", 100.0, "gpu_differs");
        check(&[("cuda", ran(100.0, 1.0))], "cpu", 100.0, "gpu_slower");
        check(&[("cuda", ran(900.0, 0.9995))], "cuda", 900.0, "provider_best");
        check(&[("cuda", Trial::NotThere), ("webgpu", ran(300.0, 1.0))], "webgpu", 300.0, "gpu_not_there");
        check(&[("cuda", Trial::NotThere), ("webgpu", ran(50.0, 1.0))], "cpu", 100.0, "gpu_slower");
        check(&[("cuda", ran(50.0, 1.0)), ("webgpu", Trial::NotThere)], "cpu", 100.0, "gpu_slower");
        check(&[("cuda", ran(300.0, 1.0)), ("webgpu", ran(900.0, 1.0))], "cuda", 300.0, "provider_best");
    }

    #[test]
    fn vectors_are_compared_pair_by_pair() {
        let pair = [vec![1.0, 0.0], vec![0.6, 0.8]];
        assert!((least_cosine(&pair, &pair) - 1.0).abs() < 1e-6);
        assert!(least_cosine(&pair, &[vec![1.0, 0.0], vec![1.0, 0.0]]) < 0.7);
        assert!(least_cosine(&pair, &pair[..1]).is_nan());
        assert!(least_cosine(&[vec![f32::NAN]], &[vec![1.0]]).is_nan());
    }
}
