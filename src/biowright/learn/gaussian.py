"""A Gaussian process over columns of levels, fitted by its marginal likelihood."""

from __future__ import annotations

import numpy as np

MAX_WEIGHT = 0.999


def _sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


class Columns:
    """distances (squared) per column among levels; kinds."""

    def __init__(self, descriptors, kinds):
        self.descriptors = descriptors  # list of (q, d)
        self.kinds = kinds


def correlation(d2, length, rho, kind):
    """-> C, dC/dloglength, dC/drho"""
    if kind == "category":
        same = (d2 == 0).astype(float)
        return same, np.zeros_like(d2), np.zeros_like(d2)
    if kind == "number":
        r = np.sqrt(5 * d2) / length
        e = np.exp(-r)
        return (1 + r + r * r / 3) * e, r * r / 3 * (1 + r) * e, np.zeros_like(d2)
    e = np.exp(-0.5 * d2 / length**2)
    same = (d2 < 1e-12).astype(float)
    return rho * e + (1 - rho) * same, rho * e * d2 / length**2, e - same


class GaussianProcess:
    def __init__(self, columns, use=("letter",), maxiter=25, prior=None, chem=True):
        self.columns = columns
        self.maxiter = maxiter
        self.chem = chem
        self.P = dict(
            w=(1.0, 1.5),
            l=(np.log(0.8), 0.7),
            r=(1.0, 1.5),
            sp=(np.log(0.6), 1.0),
            sa=(np.log(0.4), 1.0),
            sn=(np.log(0.05), 1.5),
        )
        if prior:
            self.P.update(prior)

    def fit(self, codes, y, noise=None):
        from scipy.linalg import lapack, cho_solve
        from scipy.optimize import minimize
        from .kernel import covariance, covariance_gradient

        n, S = codes.shape
        self.codes = codes = np.ascontiguousarray(codes, dtype=np.int64)
        self.centre = y.mean()
        self.scale = y.std() or 1.0
        z = (y - self.centre) / self.scale
        nv = np.ones(n) if noise is None else noise
        kinds = self.columns.kinds
        levels, inner = [], np.empty_like(codes)
        for c in range(S):
            u, inner[:, c] = np.unique(codes[:, c], return_inverse=True)
            levels.append(u)
        self.levels = levels
        D = [self._d2(c, levels[c], levels[c]) for c in range(S)]
        widths = np.array([len(u) for u in levels])
        starts = np.concatenate([[0], np.cumsum(widths**2)[:-1]])
        P = self.P
        ll = np.array(
            [P["l"][0] if k == "letter" else (P.get("ln", (np.log(2.0), 0.7))[0]) for k in kinds]
        )
        m = np.concatenate(
            [np.full(S, P["w"][0]), ll, np.full(S, P["r"][0]), [P["sp"][0], P["sa"][0], P["sn"][0]]]
        )
        sd = np.concatenate(
            [
                np.full(S, P["w"][1]),
                np.full(S, P["l"][1]),
                np.full(S, P["r"][1]),
                [P["sp"][1], P["sa"][1], P["sn"][1]],
            ]
        )
        free = np.ones(len(m), bool)
        for c, k in enumerate(kinds):
            if k != "letter" or not self.chem:
                free[2 * S + c] = False
            if k == "category" or (k == "letter" and not self.chem):
                free[S + c] = False
        if not self.chem:
            m[2 * S : 3 * S] = -20

        def build(th):
            w = MAX_WEIGHT * _sigmoid(th[:S])
            l = np.exp(th[S : 2 * S])
            r = _sigmoid(th[2 * S : 3 * S])
            T = [correlation(D[c], l[c], r[c], kinds[c]) for c in range(S)]
            return w, l, r, [np.concatenate([t[i].ravel() for t in T]) for i in range(3)]

        def objective(thf):
            th = m.copy()
            th[free] = thf
            w, l, r, (C, CL, CR) = build(th)
            sp, sa, sn = np.exp(th[3 * S :])
            K = covariance(inner, C, starts, widths, w, sp, sa)
            K[np.diag_indices(n)] += sn * nv + 1e-8
            L, info = lapack.dpotrf(K, lower=1)
            if info:
                return 1e10, np.zeros(len(thf))
            Ki, _ = lapack.dpotri(L, lower=1)
            Ki = np.tril(Ki)
            Ki = Ki + Ki.T
            Ki[np.diag_indices(n)] /= 2
            al = Ki @ z
            val = 0.5 * z @ al + np.log(np.diag(L)).sum()
            M = 0.5 * (Ki - np.outer(al, al))
            g0 = covariance_gradient(inner, C, CL, CR, starts, widths, w, sp, sa, M)
            g = np.empty_like(th)
            g[:S] = g0[:S] * w * (1 - w / MAX_WEIGHT)
            g[S : 2 * S] = g0[S : 2 * S]
            g[2 * S : 3 * S] = g0[2 * S : 3 * S] * r * (1 - r)
            g[3 * S] = g0[3 * S] * sp
            g[3 * S + 1] = g0[3 * S + 1] * sa
            g[3 * S + 2] = (np.diag(M) * nv).sum() * sn
            u = (th - m) / sd
            return val + 0.5 * (u**2)[free].sum(), (g + u / sd)[free]

        res = minimize(
            objective, m[free], jac=True, method="L-BFGS-B", options=dict(maxiter=self.maxiter)
        )
        self.evals = res.nfev
        th = m.copy()
        th[free] = res.x
        self.theta = th
        self.w, self.length, self.rho, (C, _, _) = build(th)
        self.sp, self.sa, self.sn = np.exp(th[3 * S :])
        K = covariance(inner, C, starts, widths, self.w, self.sp, self.sa)
        K[np.diag_indices(n)] += self.sn * nv + 1e-8
        self.L = np.linalg.cholesky(K)
        self.alpha = cho_solve((self.L, True), z)
        Ki = cho_solve((self.L, True), np.eye(n))
        d = np.diag(Ki)
        self.loo_mean = (z - self.alpha / d) * self.scale + self.centre
        self.loo_sd = np.sqrt(1 / d) * self.scale
        return self

    def _d2(self, c, a, b):
        Z = self.columns.descriptors[c]
        return ((Z[a][:, None, :] - Z[b][None]) ** 2).mean(-1)

    def _tables(self, levels=None):
        """tables (levels, n) of correlation of every level of each column with training designs"""
        S = self.codes.shape[1]
        T = []
        starts = []
        at = 0
        for c in range(S):
            lv = np.arange(len(self.columns.descriptors[c])) if levels is None else levels[c]
            u, inv = np.unique(self.codes[:, c], return_inverse=True)
            t = correlation(self._d2(c, lv, u), self.length[c], self.rho[c], self.columns.kinds[c])[
                0
            ][:, inv]
            T.append(t)
            starts.append(at)
            at += len(t)
        return T, np.array(starts)

    def mean(self, codes):
        from .kernel import posterior_mean

        T, starts = self._tables()
        S = len(T)
        F = []
        mains = []
        for c, t in enumerate(T):
            f = 1 - self.w[c] + self.w[c] * t
            if c == 0:
                f = f * (self.alpha * self.sp)
            F.append(f)
            mains.append(t @ self.alpha * (self.sa * self.w[c] / S))
        out = posterior_mean(
            np.ascontiguousarray(codes),
            np.concatenate(F).astype(np.float32),
            starts,
            np.concatenate(mains),
        )
        return out * self.scale + self.centre

    def cross(self, codes):
        from .kernel import cross_covariance

        T, starts = self._tables()
        return cross_covariance(
            np.ascontiguousarray(codes), np.concatenate(T), starts, self.w, self.sp, self.sa
        )

    def prior_var(self):
        return self.sp + self.sa * self.w.mean()

    def var(self, codes):
        from scipy.linalg import solve_triangular

        V = solve_triangular(self.L, self.cross(codes).T, lower=True, check_finite=False)
        return np.maximum(self.prior_var() - (V**2).sum(0), 1e-9) * self.scale**2

    def post(self, codes):
        from scipy.linalg import solve_triangular
        from .kernel import covariance

        k = self.cross(codes)
        V = solve_triangular(self.L, k.T, lower=True, check_finite=False)
        S = codes.shape[1]
        C, starts, widths, inner = [], [], [], np.empty(codes.shape, np.int64)
        at = 0
        for c in range(S):
            u, inner[:, c] = np.unique(codes[:, c], return_inverse=True)
            C.append(
                correlation(self._d2(c, u, u), self.length[c], self.rho[c], self.columns.kinds[c])[
                    0
                ].ravel()
            )
            starts.append(at)
            widths.append(len(u))
            at += len(u) ** 2
        K = covariance(
            inner, np.concatenate(C), np.array(starts), np.array(widths), self.w, self.sp, self.sa
        )
        return (k @ self.alpha) * self.scale + self.centre, (K - V.T @ V) * self.scale**2
