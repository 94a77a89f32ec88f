//! Systems of linear equations whose matrix is symmetric and positive definite.

/// The lower triangle `L` with `L · Lᵀ` a matrix of `n` rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Cholesky {
    lower: Vec<f64>,
    n: usize,
}

impl Cholesky {
    /// Of `matrix`, row by row, of which only the lower half is read.
    pub fn of(mut matrix: Vec<f64>, n: usize) -> Self {
        for j in 0..n {
            for i in j..n {
                let known: f64 = (0..j).map(|k| matrix[i * n + k] * matrix[j * n + k]).sum();
                let rest = matrix[i * n + j] - known;
                matrix[i * n + j] = if i == j { rest.sqrt() } else { rest / matrix[j * n + j] };
            }
            matrix[j * n + j + 1..(j + 1) * n].fill(0.0);
        }
        Self { lower: matrix, n }
    }

    /// Of the matrix with ones on its diagonal and zeros elsewhere.
    pub fn identity(n: usize) -> Self {
        let mut lower = vec![0.0; n * n];
        lower.iter_mut().step_by(n + 1).for_each(|value| *value = 1.0);
        Self { lower, n }
    }

    /// `L` in row `i` and column `j`.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.lower[i * self.n + j]
    }

    /// `x` with `L · x = right`.
    pub fn solve_lower(&self, right: &[f64]) -> Vec<f64> {
        let mut solved = vec![0.0; self.n];
        for i in 0..self.n {
            let known: f64 = (0..i).map(|j| self.at(i, j) * solved[j]).sum();
            solved[i] = (right[i] - known) / self.at(i, i);
        }
        solved
    }

    /// `x` with `L · Lᵀ · x = right`.
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut solved = self.solve_lower(right);
        for i in (0..self.n).rev() {
            let known: f64 = (i + 1..self.n).map(|j| self.at(j, i) * solved[j]).sum();
            solved[i] = (solved[i] - known) / self.at(i, i);
        }
        solved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_solved_gives_the_right_side_again() {
        let matrix = vec![4.0, 0.0, 0.0, 2.0, 5.0, 0.0, -1.0, 0.5, 3.0];
        let x = Cholesky::of(matrix, 3).solve(&[1.0, 2.0, 3.0]);
        let symmetric = [[4.0, 2.0, -1.0], [2.0, 5.0, 0.5], [-1.0, 0.5, 3.0]];
        for (row, right) in symmetric.iter().zip([1.0, 2.0, 3.0]) {
            let product: f64 = row.iter().zip(&x).map(|(a, b)| a * b).sum();
            assert!((product - right).abs() < 1e-12, "{x:?}");
        }
        assert_eq!(Cholesky::identity(2).solve(&[3.0, -1.0]), [3.0, -1.0]);
    }
}
