use tract_onnx::prelude::Tensor;
use tract_onnx::tract_core::tract_linalg::MmmDispatch;
use tract_onnx::tract_core::tract_linalg::mmm::{AsInputValue, FusedSpec};
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const A: [f32; ROWS] = [0.5, -1.0, 2.0, 0.25];
const B: [f32; COLUMNS] = [1.0, -2.0, 3.0, 0.5, -0.25, 4.0, 0.0, 1.5];

/// What the kernel stores, column by column, when it does `specs` to a tile that starts as `A` × `B`.
fn computed(specs: impl IntoIterator<Item = Spec<f32>>) -> [[f32; ROWS]; COLUMNS] {
    let mut columns = [[f32::NAN; ROWS]; COLUMNS];
    let (pa, pb) = (A.as_ptr().cast(), B.as_ptr().cast());
    let mut all = vec![Spec::Clear, Spec::AddMatMul { k: 1, pa, pb, packing: 0 }];
    all.extend(specs);
    all.extend([Spec::Store(array(&mut columns)), Spec::Done]);
    // SAFETY: all operands outlive the call and have the sizes that the kernel asks for.
    assert_eq!(unsafe { compute(&all) }, 0);
    columns
}

fn array(columns: &mut [[f32; ROWS]; COLUMNS]) -> OutputStoreKer {
    let ptr = columns.as_mut_ptr().cast();
    OutputStoreKer { ptr, row_byte_stride: 4, col_byte_stride: 4 * ROWS as isize, item_size: 4 }
}

fn expected(value: impl Fn(usize, usize) -> f32) -> [[f32; ROWS]; COLUMNS] {
    from_fn(|c| from_fn(|r| value(r, c)))
}

#[test]
fn products_are_summed_over_the_inner_dimension() {
    let a: [[f32; ROWS]; 3] = from_fn(|k| A.map(|x| x + k as f32));
    let b: [[f32; COLUMNS]; 3] = from_fn(|k| B.map(|x| x - k as f32));
    let (pa, pb) = (a.as_ptr().cast(), b.as_ptr().cast());
    let product = expected(|r, c| (0..3).map(|k| a[k][r] * b[k][c]).sum());
    assert_eq!(computed([Spec::Clear, Spec::AddMatMul { k: 3, pa, pb, packing: 0 }]), product);
}

#[test]
fn what_follows_a_product_is_done_value_by_value() {
    type Binary = fn(f32, f32) -> f32;
    type Make<T> = fn(T) -> Spec<f32>;
    let scalar: [(Make<f32>, Binary); 6] = [
        (Spec::ScalarMin, f32::min),
        (Spec::ScalarMax, f32::max),
        (Spec::ScalarAdd, |x, v| x + v),
        (Spec::ScalarMul, |x, v| x * v),
        (Spec::ScalarSub, |x, v| x - v),
        (Spec::ScalarSubF, |x, v| v - x),
    ];
    let rows: [Make<*const f32>; 6] =
        [Spec::PerRowMin, Spec::PerRowMax, Spec::PerRowAdd, Spec::PerRowMul, Spec::PerRowSub, Spec::PerRowSubF];
    let columns: [Make<*const f32>; 6] =
        [Spec::PerColMin, Spec::PerColMax, Spec::PerColAdd, Spec::PerColMul, Spec::PerColSub, Spec::PerColSubF];
    for (i, (make, binary)) in scalar.into_iter().enumerate() {
        assert_eq!(computed([make(0.75)]), expected(|r, c| binary(0.75, A[r] * B[c])), "scalar {i}");
        assert_eq!(computed([rows[i](A.as_ptr())]), expected(|r, c| binary(A[r], A[r] * B[c])), "rows {i}");
        assert_eq!(computed([columns[i](B.as_ptr())]), expected(|r, c| binary(B[c], A[r] * B[c])), "columns {i}");
    }
}

#[test]
fn arrays_and_outer_products_are_added() {
    let mut array_of = expected(|r, c| (10 * r + c) as f32);
    let sum = expected(|r, c| A[r] * B[c] + (10 * r + c) as f32);
    assert_eq!(computed([Spec::AddUnicast(array(&mut array_of))]), sum);
    let twice = expected(|r, c| 2.0 * A[r] * B[c]);
    assert_eq!(computed([Spec::AddRowColProducts(A.as_ptr(), B.as_ptr())]), twice);
    let leaky = expected(|r, c| if A[r] * B[c] > 0.0 { A[r] * B[c] } else { 0.25 * A[r] * B[c] });
    assert_eq!(computed([Spec::LeakyRelu(0.25)]), leaky);
}

#[test]
fn any_shape_gives_the_product_by_three_loops_in_either_layout() {
    let kernel = kernel().mmm();
    let (packing_a, packing_b) = &kernel.packings()[0];
    let value = |i: usize| ((7 * i + 3) % 11) as f32 - 5.0;
    let array = |shape: [usize; 2]| {
        let values: Vec<f32> = (0..shape[0] * shape[1]).map(value).collect();
        Tensor::from_shape(&shape, &values).expect("an array")
    };
    for (m, n, k) in (1..=9).flat_map(|m| (2..=17).flat_map(move |n| [1, 7].map(|k| (m, n, k)))) {
        let a = packing_a.prepare_one(&array([m, k]), 1, 0).expect("a packed array");
        let b = packing_b.prepare_one(&array([k, n]), 0, 1).expect("a packed array");
        for [rows_axis, columns_axis] in [[0, 1], [1, 0]] {
            let shape = if rows_axis == 0 { [m, n] } else { [n, m] };
            let mut product = Tensor::zero::<f32>(&shape).expect("an array");
            // SAFETY: all arrays have the shapes that are stated, and outlive the call.
            unsafe {
                let store = kernel.c_view(Some(rows_axis), Some(columns_axis)).wrap(&product.view_mut());
                let (a, b) = (AsInputValue::Borrowed(&*a), AsInputValue::Borrowed(&*b));
                kernel.run(m, n, &[FusedSpec::AddMatMul { a, b, packing: 0 }, FusedSpec::Store(store)])
            }
            .expect("a product");
            let found = product.to_plain_array_view::<f32>().expect("values");
            for (r, c) in (0..m).flat_map(|r| (0..n).map(move |c| (r, c))) {
                let expected: f32 = (0..k).map(|i| value(r * k + i) * value(i * n + c)).sum();
                let at = if rows_axis == 0 { [r, c] } else { [c, r] };
                assert_eq!(found[at], expected, "{m} × {k} × {n} at {r}, {c}");
            }
        }
    }
}

#[test]
fn what_it_cannot_do_it_refuses() {
    // SAFETY: there are no pointers.
    assert_eq!(unsafe { compute(&[Spec::ShiftLeft(1), Spec::Done]) }, REFUSED);
}

#[test]
fn tract_prefers_it() {
    register();
    let chosen = MmmDispatch::native().preferred_kernel(DatumType::F32, Some(64), Some(128), Some(256));
    assert_eq!(chosen.expect("a kernel").name(), NAME);
}
