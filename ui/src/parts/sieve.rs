//! The sieve: the mark of the program, and the drawing of the empty library.

use leptos::prelude::*;

/// The mark beside the name.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" aria-hidden="true" width="22" height="22" viewBox="0 0 22 22" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round">
            <path d="M2.5 8.5h17"/>
            <path d="M3.5 8.5c.6 4 3.6 6.5 7.5 6.5s6.9-2.5 7.5-6.5"/>
            <path d="M7.5 8.5v5M11 8.5V15M14.5 8.5v5"/>
            <path class="grain" d="M8 2.8h.01M12.5 4.6h.01M14.5 2h.01M11 18.6h.01"/>
        </svg>
    }
}

/// A sieve with papers falling into it and one grain held back.
#[component]
pub fn Sieve() -> impl IntoView {
    view! {
        <svg class="sieve" aria-hidden="true" width="260" height="196" viewBox="0 0 260 196" fill="none" stroke-linecap="round" stroke-linejoin="round">
            <g class="papers">
                <path d="M92 14l26-6 8 34-26 6z"/>
                <path d="M99.5 21l13-3M101.5 28.5l15-3.5M103.2 35.5l11-2.5"/>
                <path d="M142 26l25 7-9 33-25-7z"/>
                <path d="M145.5 36l14 4M143.5 43.5l14 4M141.5 51l9 2.5"/>
            </g>
            <g class="rim">
                <ellipse cx="130" cy="92" rx="86" ry="17"/>
                <path d="M44 92c2 26 38 42 86 42s84-16 86-42"/>
            </g>
            <g class="mesh">
                <path d="M62 99c4 13 9 19 19 26M88 105c3 12 6 18 12 26M114 108c1 11 3 17 6 26M146 108c-1 11-3 17-6 26M172 105c-3 12-6 18-12 26M198 99c-4 13-9 19-19 26"/>
                <path d="M50 109c26 14 134 14 160 0M60 121c26 12 114 12 140 0"/>
            </g>
            <circle class="grain" cx="130" cy="93" r="5"/>
            <g class="fallen">
                <path d="M104 150v6M130 154v8M156 150v6M118 170v4M142 170v4M130 182v3"/>
            </g>
        </svg>
    }
}
